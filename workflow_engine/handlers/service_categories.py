"""The catalogue of categories: each change is checked as a whole and makes the next version."""

from __future__ import annotations

from datetime import datetime

from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.durations import TimingError, parse_instant
from workflow_engine.domain.errors import InvalidVariablesError, StaleVersionError
from workflow_engine.domain.events_service_categories import ServiceCategoriesChanged
from workflow_engine.domain.permissions import require_permission
from workflow_engine.domain.service_categories import MOST_CATEGORIES, Catalogue, Category, differences, read_category
from workflow_engine.domain.service_category_commands import ChangeServiceCategories
from workflow_engine.handlers.handling import Handling
from workflow_engine.storage import chains
from workflow_engine.storage import service_categories as store
from workflow_engine.storage.assigning import is_there

STREAM = "area:service_categories"
_WHAT = "change the categories"


def change_service_categories(work: Handling, command: ChangeServiceCategories) -> Receipt:
    """Keep the next version, unless nothing differs."""
    require_permission(work.actor, "settings.change", _WHAT)
    reason = command.reason.strip()
    if not reason:
        raise InvalidVariablesError(f"Expected a reason to {_WHAT}.", {"reason": "a reason is needed"})
    chains.lock_stream(work.unit, STREAM)
    version, before = store.newest(work.unit)
    if version != command.base_version:
        raise StaleVersionError(
            f"Expected to {_WHAT} after version {command.base_version}, but somebody made version {version} meanwhile.",
            version=version,
        )
    effective = _effective_from(work, command.effective_from)
    after = _changed(work, before, command)
    found = differences(before, after)
    if not found:
        work.unchanged = True
        return Receipt(command_id=command.command_id, result={"version": version, "changes": 0})
    made = store.add(work.unit, version + 1, after, effective, work.actor.actor_id, work.now, reason)
    event = ServiceCategoriesChanged(
        version=made.version, effective_from=effective.isoformat(), sha256=made.sha256, reason=reason,
        **{kind: [one.code for one in found if one.action == kind] for kind in ("added", "changed", "removed")},
    )  # fmt: skip
    return work.record_in_stream(STREAM, [event], {"version": made.version, "changes": len(found)})


def _effective_from(work: Handling, given: str | None) -> datetime:
    """From when on; a limit is never changed for what lies behind."""
    if given is None:
        return work.now
    try:
        found = parse_instant(given)
    except (TimingError, ValueError):
        found = None
    if found is None or found < work.now:
        raise InvalidVariablesError(
            "Expected an instant from now on, with its offset.", {"effective_from": "an instant that is not past"}
        )
    return found


def _changed(work: Handling, before: Catalogue, command: ChangeServiceCategories) -> Catalogue:
    """The catalogue as it is to be. Raises InvalidVariablesError with everything that is wrong, by row and field."""
    problems: dict[str, str] = {}
    made: dict[str, Category] = {} if command.whole else dict(before.categories)
    for number, code in enumerate(command.removed):
        if made.pop(code, None) is None:
            problems[f"removed[{number}]"] = "there is no such category"
    seen: set[str] = set()
    for number, row in enumerate(command.categories):
        code = str(row.get("code") or "").strip()
        old = None if command.whole else before.categories.get(code)
        category, wrong = read_category(row, old)
        if code in seen:
            wrong["code"] = f"{code} stands here twice"
        seen.add(code)
        if category is not None and not wrong:
            made[category.code] = category
            wrong = _unknown(work, category, before.categories.get(code))
        problems.update({f"categories[{number}].{name}": what for name, what in wrong.items()})
    if len(made) > MOST_CATEGORIES:
        problems["categories"] = f"{MOST_CATEGORIES} categories at most"
    if problems:
        first = "; ".join(f"{place}: {what}" for place, what in list(problems.items())[:3])
        raise InvalidVariablesError(
            f"Expected categories that can be so, but {len(problems)} fields cannot: {first}", problems
        )
    return Catalogue(made)


def _unknown(work: Handling, category: Category, before: Category | None) -> dict[str, str]:
    """What it names that is not there; what it named before is left alone."""
    owner = category.owner_unit
    if owner is None or (before is not None and before.owner_unit == owner) or is_there(work.unit, f"unit:{owner}"):
        return {}
    return {"owner_unit": f"there is no unit {owner}"}
