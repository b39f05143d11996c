"""The organisation: units, roles, people, positions, duty and deputies, changed in bulk or one at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from workflow_engine.domain.commands import Command, Receipt
from workflow_engine.domain.errors import InvalidVariablesError, NotPermittedError
from workflow_engine.domain.events_organisation import OrganisationChanged, PasswordChanged, changed
from workflow_engine.domain.intake_commands import LoadOrganisation
from workflow_engine.domain.organisation_rows import (
    BY_NAME,
    CONFLICT,
    DEPUTY,
    KINDS,
    PERSON,
    POSITION,
    SHIFT,
    UNIT,
    Kind,
    as_json,
    clean,
)
from workflow_engine.domain.permissions import may, require_permission
from workflow_engine.handlers import power
from workflow_engine.handlers.handling import Handling
from workflow_engine.storage import organisation as store
from workflow_engine.storage.assigning import forget_peopled

STREAM = "organisation:all"
Rows = dict[str, dict[str, Any]]


@dataclass(slots=True)
class _Plan:
    """What the command asks for, beside what is there."""

    before: dict[str, Rows] = field(default_factory=dict)
    after: dict[str, Rows] = field(default_factory=dict)
    places: dict[tuple[str, str], str] = field(default_factory=dict)
    """Where in the command a row stands, for those who are to mend it."""
    problems: dict[str, str] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)

    def is_known(self, work: Handling, kind: Kind, key: str) -> bool:
        """Whether a row is there, or will be."""
        if key in self.after[kind.name] or key in self.before[kind.name]:
            return True
        return store.find_row(work.unit, kind, key) is not None


def load_organisation(work: Handling, command: LoadOrganisation) -> Receipt:
    """Bring what is named into the organisation; nothing at all happens when anything in it cannot be so."""
    _require_right(work, command)
    plan = _read(work, command)
    removed = _read_removed(work, command, plan)
    _check(work, plan)
    if plan.problems:
        raise InvalidVariablesError(
            f"Expected rows that can be so, but {len(plan.problems)} cannot: " + _first(plan.problems), plan.problems
        )
    power.require_no_gain(work, plan.before[PERSON.name], plan.after[PERSON.name], plan.after[POSITION.name])
    power.require_same_account(work, plan.before[PERSON.name], plan.after[PERSON.name], set(plan.passwords))
    administrators = power.administrators(work)
    events: list[Any] = []
    for kind in KINDS:
        events += _write(work, kind, plan, command.reason)
    for kind, key, before in removed:
        store.remove_row(work.unit, kind, key)
        event = changed(kind.name, key, as_json(before), None, command.reason)
        events += [event] if event is not None else []
    power.require_some_left(work, administrators)
    for person_id, password_hash in plan.passwords.items():
        store.set_password(work.unit, person_id, password_hash, work.now, temporary=False)
        events.append(PasswordChanged(person_id=person_id, by_themselves=False))
    result = {"units": len(command.units), "people": len(command.people), "changes": len(events)}
    if not events:
        work.unchanged = True
        return Receipt(command_id=command.command_id, result=result)
    people = [{name: value for name, value in row.items() if name != "password_hash"} for row in command.people]
    return recorded(work, events, result, replace(command, people=people))


def recorded(
    work: Handling, events: Sequence[Any], result: Mapping[str, Any], command: Command | None = None
) -> Receipt:
    """Append to the organisation's chain, and to the list by which each subject's history is found."""
    receipt = work.record_in_stream(STREAM, list(events), result, command)
    forget_peopled(work.unit)
    changes = [(number, event) for number, event in enumerate(events) if isinstance(event, OrganisationChanged)]
    store.note_changes(work.unit, receipt.seq or 0, changes, work.now, work.actor.actor_id)
    return receipt


def _require_right(work: Handling, command: LoadOrganisation) -> None:
    """Who administers may change everything but what bars themselves; everybody may name deputies and conflicts."""
    if may(work.actor, "organisation.administer"):
        _refuse_unbarring(work, command)
        return
    own = work.actor.actor_id
    others = (command.units, command.roles, command.people, command.positions, command.shifts)
    is_own = not any(others) and all(
        row.get("person_id") == own for row in (*command.deputies, *command.conflicts)
    )
    is_own = is_own and not any(
        store.find_row(work.unit, CONFLICT, str(row.get("conflict_id"))) for row in command.conflicts
    )
    if is_own:
        gone = [store.find_row(work.unit, DEPUTY, row.get("id", "")) for row in command.removed]
        if all(row.get("kind") == DEPUTY.name for row in command.removed) and all(
            row is not None and row["person_id"] == own for row in gone
        ):
            return
    require_permission(work.actor, "organisation.load", "change the organisation")


def _refuse_unbarring(work: Handling, command: LoadOrganisation) -> None:
    """Nobody takes a conflict of interest off themselves."""
    keys = [row.get("id", "") for row in command.removed if row.get("kind") == CONFLICT.name]
    keys += [str(row.get("conflict_id")) for row in command.conflicts]
    for key in keys:
        stored = store.find_row(work.unit, CONFLICT, key)
        if stored is not None and stored["person_id"] == work.actor.actor_id:
            raise NotPermittedError("Expected another administrator to change a conflict of interest of yours.")


def _read(work: Handling, command: LoadOrganisation) -> _Plan:
    plan = _Plan()
    for kind in KINDS:
        given: Sequence[Mapping[str, Any]] = getattr(command, kind.plural)
        keys = [row[kind.key].strip() for row in given if isinstance(row.get(kind.key), str)]
        before = plan.before[kind.name] = store.find_rows(work.unit, kind, keys)
        after: Rows = {}
        for number, row in enumerate(given):
            place = f"{kind.plural}[{number}]"
            made = _row(kind, row, before, place, plan)
            if made is None:
                continue
            key = made[kind.key]
            if key in after:
                plan.problems[f"{place}.{kind.key}"] = f"{key} stands here twice"
            after[key] = made
            plan.places[(kind.name, key)] = place
            if kind is PERSON and row.get("password_hash"):
                plan.passwords[key] = str(row["password_hash"])
        plan.after[kind.name] = after
    return plan


def _row(kind: Kind, given: Mapping[str, Any], before: Rows, place: str, plan: _Plan) -> dict[str, Any] | None:
    """The whole row as it is to be; None when it cannot be told."""
    known = {column.name for column in kind.columns} | ({"password_hash"} if kind is PERSON else set())
    for name in given:
        if name not in known:
            plan.problems[f"{place}.{name}"] = "no such column"
    key = given.get(kind.key)
    old = before.get(key.strip()) if isinstance(key, str) else None
    made: dict[str, Any] = {}
    for column in kind.columns:
        if old is not None and column.name not in given:
            made[column.name] = old[column.name]
            continue
        try:
            made[column.name] = clean(column, given.get(column.name))
        except ValueError as error:
            plan.problems[f"{place}.{column.name}"] = str(error)
    if len(made) < len(kind.columns):
        return None
    if "level" in made:
        made["level"] = made["level"] or None
    return made


def _read_removed(work: Handling, command: LoadOrganisation, plan: _Plan) -> list[tuple[Kind, str, dict[str, Any]]]:
    found = []
    for number, row in enumerate(command.removed):
        kind, key = BY_NAME.get(row.get("kind", "")), row.get("id", "")
        if kind is None or not kind.removable:
            plan.problems[f"removed[{number}].kind"] = "a position, shift, deputy or conflict; others are disabled"
            continue
        stored = store.find_row(work.unit, kind, key)
        if stored is None:
            plan.problems[f"removed[{number}].id"] = f"there is no {kind.name} {key}"
            continue
        found.append((kind, key, stored))
    return found


def _check(work: Handling, plan: _Plan) -> None:
    """What a row says of others must be so."""
    for kind in KINDS:
        for key, row in plan.after[kind.name].items():
            if row == plan.before[kind.name].get(key):
                continue
            place = plan.places[(kind.name, key)]
            for column in kind.columns:
                other = row[column.name]
                if column.refers_to and other is not None and not plan.is_known(work, BY_NAME[column.refers_to], other):
                    plan.problems[f"{place}.{column.name}"] = f"there is no {column.refers_to} {other}"
            _check_spans(kind, row, place, plan)
    _check_names(work, plan)
    _check_heads(work, plan)


def _check_spans(kind: Kind, row: Mapping[str, Any], place: str, plan: _Plan) -> None:
    if kind is SHIFT and row["from_at"] >= row["until_at"]:
        plan.problems[f"{place}.until_at"] = "later than its beginning"
    if kind is SHIFT and not row["group_id"].startswith(("role:", "duty:")):
        plan.problems[f"{place}.group_id"] = "a role (role:…) or a unit's duty (duty:…)"
    if kind is DEPUTY and row["from_on"] > row["until_on"]:
        plan.problems[f"{place}.until_on"] = "not before the first day"
    if kind is DEPUTY and row["person_id"] == row["stand_in"]:
        plan.problems[f"{place}.stand_in"] = "another person"


def _check_names(work: Handling, plan: _Plan) -> None:
    """A name to sign in with belongs to one person, whatever its case."""
    people = plan.after[PERSON.name]
    fresh = {key: row for key, row in people.items() if row != plan.before[PERSON.name].get(key)}
    if not fresh:
        return
    owners = store.owners_of_names(work.unit, [row["sign_in_name"] for row in fresh.values()])
    owners = {name: owner for name, owner in owners.items() if owner not in people}
    for key, row in people.items():
        owner = owners.setdefault(row["sign_in_name"].lower(), key)
        if owner != key:
            plan.problems[f"{plan.places[(PERSON.name, key)]}.sign_in_name"] = f"{owner} has this name"


def _check_heads(work: Handling, plan: _Plan) -> None:
    """A unit has one head at most."""
    positions = plan.after[POSITION.name]
    for key, row in positions.items():
        if not row["is_head"]:
            continue
        heads = {other for other in store.heads_of(work.unit, row["unit_id"]) if other not in positions}
        heads |= {other for other, each in positions.items() if each["is_head"] and each["unit_id"] == row["unit_id"]}
        if heads - {key}:
            place = f"{plan.places[(POSITION.name, key)]}.is_head"
            plan.problems[place] = f"{min(heads - {key})} is the head of this unit"


def _write(work: Handling, kind: Kind, plan: _Plan, reason: str) -> list[OrganisationChanged]:
    """Write what differs and tell it."""
    before, events, rows = plan.before[kind.name], [], []
    for key, row in plan.after[kind.name].items():
        old = before.get(key)
        event = changed(kind.name, key, None if old is None else as_json(old), as_json(row), reason)
        if event is not None:
            events.append(event)
            rows.append(row)
    if kind is POSITION:  # heads that stand down first, so that another one may follow in the same command
        rows.sort(key=lambda row: row["is_head"])
    store.put_rows(work.unit, kind, rows)
    if kind is UNIT and rows:
        moved = [key for key, old in before.items() if old["parent_id"] != plan.after[kind.name][key]["parent_id"]]
        looped = store.place_units(work.unit, moved)
        if looped is not None:
            place = plan.places.get((kind.name, looped), "units")
            raise InvalidVariablesError(
                f"Expected a tree, but unit {looped} would lie below itself.",
                {f"{place}.parent_id": f"{looped} would lie below itself"},
            )
    if kind is PERSON:
        for row in rows:
            if row["disabled"] and not before.get(row["person_id"], {}).get("disabled", False):
                store.end_sessions(work.unit, row["person_id"], work.now)
    return events


def _first(problems: Mapping[str, str]) -> str:
    return "; ".join(f"{place}: {what}" for place, what in list(problems.items())[:3])
