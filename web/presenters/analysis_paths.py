"""What the pages of ways, samples and questions show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from web.auth import current_actor
from web.context import engine
from web.i18n import gettext as _
from web.i18n import marked, ngettext
from web.presenters.analysis import WINDOWS, Look, choices
from web.presenters.names import Names, names_of
from workflow_engine import VariantRow

SHOWN_WAYS = 20
KINDS = {
    "any": marked("All that ended"),
    "overdue": marked("Those with something done late"),
    "returned": marked("Those that came back to a step"),
}


@dataclass(frozen=True, slots=True)
class Way:
    """A variant in words."""

    row: VariantRow
    steps: Sequence[str]
    share: str
    usual: Sequence[str]
    """How it differs from the most frequent way, a sentence each."""
    model: Sequence[str]
    """How it differs from what the model draws."""


def ways_page(look: Look) -> dict[str, Any]:
    """The template's values of the page of ways."""
    found = engine().queries.paths.variants(current_actor(), look.scope(), SHOWN_WAYS)
    names = names_of(look.drawn.definition_id)
    ways = [way_of(row, names) for row in found.items]
    return {
        "ways": ways,
        "found": found,
        "usual": ways[0] if ways else None,
        "against_model": [way for way in ways if way.model],
        **choices(look),
    }


def way_of(row: VariantRow, names: Names) -> Way:
    """The variant in words."""
    return Way(
        row,
        short_steps([names.element(step) for step in row.steps]),
        f"{100 * row.share:.0f} %",
        sentences(row.usual, names),
        sentences(row.model, names),
    )


def short_steps(steps: Sequence[str]) -> list[str]:
    """The steps, each run of the same one as one with its number."""
    short: list[list[Any]] = []
    for step in steps:
        if short and short[-1][0] == step:
            short[-1][1] += 1
        else:
            short.append([step, 1])
    return [f"{step} × {count}" if count > 1 else step for step, count in short]


def sentences(deviation: Any, names: Names) -> list[str]:
    """A deviation in words."""
    word = names.element
    found = [_("skipped %(step)s", step=word(step)) for step in deviation.skipped]
    found += [_("repeated %(step)s", step=word(step)) for step in deviation.repeated]
    found += [
        _("%(second)s before %(first)s", second=word(second), first=word(first))
        for first, second in deviation.reordered
    ]
    found += [_("besides: %(step)s", step=word(step)) for step in deviation.added]
    return found


def criteria_words(criteria: Mapping[str, Any]) -> str:
    """From what a sample was drawn."""
    kind = _(KINDS.get(str(criteria.get("kind")), KINDS["any"]))
    size = int(criteria.get("size") or 0)
    return f"{ngettext('%(num)d case', '%(num)d cases', size)}, {kind}"


def window_words(look: Look) -> str:
    """The length of the time looked at."""
    return _(WINDOWS[look.window][0])
