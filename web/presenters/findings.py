"""Findings about models in the visitor's words."""

from __future__ import annotations

from workflow_engine import Problem


def finding_text(problem: Problem) -> str:
    """What is wrong and how to mend it, as one text."""
    return f"{problem.message} {problem.mend}".strip()


def finding_title(problem: Problem) -> str:
    """What is wrong in the visitor's language; empty where the finding's own words are in it."""
    return ""
