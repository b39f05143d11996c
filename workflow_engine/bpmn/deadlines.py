"""What is remembered of deadlines, so that they can stand still and be reckoned again.

``internal_data["deadlines"]``: ``due`` (the due date of a user task) or the position of a timer to a record: ``at`` the
deadline; where it is reckoned in working time ``of`` the question to the calendar that gave it, ``offset`` how many
microseconds it lies behind the answer, ``calendar`` the version and whether it is ``provisional``; ``stops`` the spans
for which its clock stood, ``base`` what it was before where no question was asked; ``held`` since when it stands now,
and ``by_case`` whether with the whole case. A held timer waits for no instant.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from workflow_engine.bpmn.evaluation import iso
from workflow_engine.domain.errors import InvalidStateError
from workflow_engine.domain.events import (
    DeadlineHeld,
    DeadlineMoved,
    DeadlineReckoned,
    DeadlinesReckoned,
    TimerCancelled,
)
from workflow_engine.domain.outside import Answer
from workflow_engine.domain.timing import parse_instant

if TYPE_CHECKING:
    from workflow_engine.bpmn.asking import Question
    from workflow_engine.bpmn.token import Token
    from workflow_engine.bpmn.tree import CaseTree

DUE = "due"
BALLOT = "ballot"
"""A vote has its own rules for more time; its clock is not stopped."""
DEADLINE = "deadline"
"""The question that reckons a remembered deadline again; models cannot ask it."""
UNITS = {"working days after": "working days", "working hours after": "working hours"}
_MOST_KNOWN = 40
_MICROSECOND = timedelta(microseconds=1)


# ------------------------------------------------------------------------------------------------ remembering
def remember(token: Token, key: str, due: datetime, asked_before: int) -> None:
    """Keep what a deadline was reckoned from, just after it was set.

    ``asked_before``: how many questions the command had asked before the deadline's own expression was evaluated.
    """
    top = token.workflow.top_workflow
    question = _origin(top, due, asked_before)
    if question is None:
        if key == DUE:
            _put(token, key, {"at": iso(due)})
        elif key in token.internal_data.get("deadlines", {}):  # of an earlier time that it waited
            token.note(deadlines={k: v for k, v in token.internal_data["deadlines"].items() if k != key})
        return
    function, arguments, answer = question
    offset = (due - parse_instant(answer.value)) // _MICROSECOND
    record = {"at": iso(due), "of": [function, arguments], "offset": offset, **_version(answer)}
    _put(token, key, record)
    top.header["reckoned"] = True
    _tell_reckoned(top, token, key, record)


def keep_answers(top: CaseTree) -> None:
    """Remember which instants came from the calendar: a deadline may come from a variable that an earlier step set."""
    found = {answer.value: [function, arguments, dict(answer.source), answer.provisional]
             for function, arguments, answer in top.context.asking.used
             if function in UNITS and answer.refusal is None}  # fmt: skip
    if found:
        known = {**top.header.get("instants", {}), **found}
        top.header["instants"] = dict(list(known.items())[-_MOST_KNOWN:])


def _origin(top: CaseTree, due: datetime, asked_before: int) -> Question | None:
    """The question that a deadline comes from: the nearest answer of its own expression, else one equal to it."""
    used = [one for one in top.context.asking.used if one[0] in UNITS and one[2].refusal is None]
    own = [one for one in top.context.asking.used[asked_before:] if one in used]
    if own:
        return min(own, key=lambda one: abs(parse_instant(one[2].value) - due))
    text = iso(due)
    for one in used:
        if one[2].value == text:
            return one
    known = top.header.get("instants", {}).get(text)
    return None if known is None else (known[0], known[1], Answer(text, known[2], known[3]))


# ------------------------------------------------------------------------------------------------ standing still
def clock_verbs(task: Token) -> set[str]:
    """Whether the clock of a user task can be stopped, or started again."""
    found: set[str] = set()
    if BALLOT in task.internal_data:
        return found
    for token in of_task(task):
        records, cycles = token.internal_data.get("deadlines", {}), token.internal_data.get("cycle", {})
        if any("held" in record for record in records.values()):
            found.add("start_clock")
        runs = DUE in records and "held" not in records[DUE]
        if runs or any(key not in cycles for key in token.internal_data.get("due", {})):
            found.add("stop_clock")
    return found


def of_task(task: Token) -> Iterator[Token]:
    """A user task's token, and those of the events attached to it."""
    yield task
    yield from (child for child in task.children if child.task_spec.kind == "boundaryEvent" and child.is_live)


def hold(tree: CaseTree, token: Token, cause: str, reason: str, *, by_case: bool, timers: bool = True) -> int:
    """Stop what this token waits for and is not stopped yet; returns how many deadlines that were.

    ``timers``: also those that are not reckoned in working time.
    """
    held = 0
    if BALLOT in token.internal_data:
        return held
    deadlines = token.internal_data.get("deadlines", {})
    waits, cycles = token.internal_data.get("due", {}), token.internal_data.get("cycle", {})
    for key in [DUE, *waits]:
        record = deadlines.get(key)
        if key != DUE:
            if key in cycles or (not timers and not (record or {}).get("of")):
                continue
            record = {**(record or {}), "at": waits[key]}
        if record is None or "held" in record:
            continue
        if key != DUE:
            del waits[key]
            tree.recorder.add(TimerCancelled(token_id=token.id, position=int(key), element_id=token.element_id))
        _put(token, key, {**record, "held": iso(tree.context.now), "by_case": by_case})
        tree.recorder.add(
            DeadlineHeld(
                token_id=token.id, position=_position(key), element_id=token.element_id, due_at=record["at"],
                **_told(record), by_case=by_case, cause=cause, reason=reason,
            )
        )  # fmt: skip
        held += 1
    return held


def go_on(tree: CaseTree, token: Token, *, by_case: bool | None = None) -> Iterator[str]:
    """Let what this token waits for go on, moved by the time it stood; since when each stood.

    ``by_case``: only what was stopped with the whole case, or only what was not; None: both.
    """
    for key, record in list(token.internal_data.get("deadlines", {}).items()):
        since = record.get("held")
        if since is None or by_case not in (None, record["by_case"]):
            continue
        running = {name: value for name, value in record.items() if name not in ("held", "by_case")}
        running["stops"] = [*record.get("stops", []), [since, iso(tree.context.now)]]
        if "of" not in record:
            running.setdefault("base", record["at"])
        answer = _ask(tree, running)
        anew = {**running, "at": answer.value, **(_version(answer) if "of" in record else {})}
        _move(tree, token, key, anew, record["at"], "clock")
        yield since


# ------------------------------------------------------------------------------------------------ reckoning again
def reckon_again(tree: CaseTree, calendar: int) -> None:
    """Ask the calendar again for every open deadline in working time; those whose clock stands wait until it runs."""
    moved = 0
    for _, token in sorted(tree.index.items()):
        for key, record in list(token.internal_data.get("deadlines", {}).items()):
            if not token.is_live or "of" not in record or "held" in record or not _waits(token, key, record):
                continue
            answer = _ask(tree, record)
            anew = {**record, "at": answer.value, **_version(answer)}
            if anew["at"] != record["at"]:
                _move(tree, token, key, anew, record["at"], "calendar")
                moved += 1
            else:
                _put(token, key, anew)
                _tell_reckoned(tree, token, key, anew)
    tree.recorder.add(DeadlinesReckoned(calendar=calendar, moved=moved))


# ------------------------------------------------------------------------------------------------ re-planned
def runs(token: Token, key: str) -> bool:
    """Whether this deadline is waited for, once and not again and again, and its clock does not stand."""
    record = token.internal_data.get("deadlines", {}).get(key, {})
    if BALLOT in token.internal_data or not token.is_live or "held" in record:
        return False
    if key != DUE:
        return key in token.internal_data.get("due", {}) and key not in token.internal_data.get("cycle", {})
    return DUE in token.internal_data.get("deadlines", {}) and "done" not in token.internal_data


def record_of(token: Token, key: str) -> dict[str, Any]:
    """What is remembered of a deadline that runs."""
    record = dict(token.internal_data.get("deadlines", {}).get(key, {}))
    return record if key == DUE else {**record, "at": token.internal_data["due"][key]}


def reckoned(tree: CaseTree, record: dict[str, Any], stops: list[list[str]]) -> dict[str, Any]:
    """A deadline as its model gave it, after its clock stood for these further spans and by the calendar of now."""
    if not stops and "of" not in record:
        return record
    anew = {**record, "stops": [*record.get("stops", []), *stops]}
    if "of" not in record:
        anew.setdefault("base", record["at"])
    answer = _ask(tree, anew)
    return {**anew, "at": answer.value, **(_version(answer) if "of" in record else {})}


def put_at(tree: CaseTree, token: Token, key: str, record: dict[str, Any]) -> None:
    """Wait for another instant, because an emergency plans so or no longer does."""
    before = record_of(token, key)["at"]
    if before == record["at"]:
        _put(token, key, record)
    else:
        _move(tree, token, key, record, before, "emergency")


def _waits(token: Token, key: str, record: dict[str, Any]) -> bool:
    """Whether this very deadline is still waited for: a vote may have been given more time, another way."""
    if key == DUE:
        return token.has_state(token.task_spec.waiting_state) and "done" not in token.internal_data
    return bool(token.internal_data.get("due", {}).get(key) == record["at"])


def _ask(tree: CaseTree, record: dict[str, Any]) -> Answer:
    function, arguments = record.get("of", [None, []])
    told = [function, arguments, record.get("offset", 0), record.get("base"), record.get("stops", [])]
    answer = tree.context.asking.answer(DEADLINE, told)
    if answer.refusal is not None:
        raise InvalidStateError(f"Expected to reckon the deadline {record['at']} again, but {answer.refusal}")
    return answer


def _move(tree: CaseTree, token: Token, key: str, record: dict[str, Any], before: str, cause: str) -> None:
    _put(token, key, record)
    position = _position(key)
    tree.recorder.add(
        DeadlineMoved(
            token_id=token.id, position=position, element_id=token.element_id, before=before, after=record["at"],
            cause=cause, **_told(record),
        )
    )  # fmt: skip
    if position is not None:
        if cause != "clock":  # A clock that stood has no timer to take back.
            tree.recorder.add(TimerCancelled(token_id=token.id, position=position, element_id=token.element_id))
        token.task_spec.set_due(token, position, parse_instant(record["at"]))


def _tell_reckoned(tree: CaseTree, token: Token, key: str, record: dict[str, Any]) -> None:
    tree.recorder.add(
        DeadlineReckoned(
            token_id=token.id, position=_position(key), element_id=token.element_id, due_at=record["at"],
            **_told(record),
        )
    )  # fmt: skip


def _version(answer: Answer) -> dict[str, Any]:
    """What a record keeps of an answer besides the instant."""
    return {"calendar": answer.source["calendar"], "provisional": answer.provisional}


def _told(record: dict[str, Any]) -> dict[str, Any]:
    """What every event says of how a deadline is reckoned."""
    if "of" not in record:
        return {}
    return {"unit": UNITS[record["of"][0]], "calendar": record["calendar"], "provisional": record["provisional"]}


def _put(token: Token, key: str, record: dict[str, Any]) -> None:
    token.note(deadlines={**token.internal_data.get("deadlines", {}), key: record})


def _position(key: str) -> int | None:
    return None if key == DUE else int(key)
