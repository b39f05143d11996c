"""Findings about models in the visitor's words. The finding's own text is English and names the very place."""

from __future__ import annotations

from web.i18n import CHINESE, current_language
from web.i18n import gettext as _
from web.presenters.finding_words import MEANINGS
from workflow_engine import Problem


def finding_text(problem: Problem) -> str:
    """What is wrong and how to mend it, as one text."""
    own = f"{problem.message} {problem.mend}".strip()
    meaning = finding_title(problem)
    return f"{meaning} ({own})" if meaning else own


def finding_title(problem: Problem) -> str:
    """What is wrong in the visitor's language; empty where the finding's own words are in it."""
    if current_language() is not CHINESE or problem.code not in MEANINGS:
        return ""
    return _(MEANINGS[problem.code])
