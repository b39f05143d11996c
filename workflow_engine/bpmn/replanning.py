"""What emergencies plan for the open tasks of a case, kept beside what the model gave, so that it can be given back.

``internal_data["plans"]`` of a user task: ``given`` the record of each deadline as the model gave it, by token and key;
``layers`` by emergency what it wants of each of them; ``priority`` as the model gave it; ``deltas`` and ``offered`` by
emergency. It is gone when the last emergency wants nothing any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from workflow_engine.bpmn.deadlines import BALLOT, DUE, of_task, put_at, reckoned, record_of, runs
from workflow_engine.bpmn.evaluation import iso
from workflow_engine.domain.events_replanning import (
    UserTaskOffersChanged,
    UserTaskPlanEnded,
    UserTaskReplanned,
    UserTaskReprioritised,
)
from workflow_engine.domain.replanning import (
    KEEP,
    LEGAL,
    SHORTEN,
    Layer,
    Treatment,
    effective,
    effective_priority,
    follow,
    target,
)
from workflow_engine.domain.timing import parse_instant

if TYPE_CHECKING:
    from workflow_engine.bpmn.token import Token
    from workflow_engine.bpmn.tree import CaseTree

Plans = dict[str, Any]


def is_plannable(token: Token | None) -> bool:
    """Whether this is an open user task that no vote is held on."""
    return (
        token is not None
        and token.task_spec.kind == "userTask"
        and token.has_state(token.task_spec.waiting_state)
        and BALLOT not in token.internal_data
        and "done" not in token.internal_data
    )


def is_legal(task: Token) -> bool:
    """Whether its deadline is one of the law: the model says so, or else it is reckoned in working time."""
    said = dict(task.task_spec.node.properties).get(LEGAL, "").strip().lower()
    if said in ("yes", "true"):
        return True
    return said not in ("no", "false") and "of" in _given(task, task, DUE)


def plans_of(task: Token) -> Plans:
    """What is planned for a task; empty when nothing is."""
    found: Plans = task.internal_data.get("plans", {})
    return found


def plan_task(tree: CaseTree, task: Token, emergency_id: str, told: Mapping[str, Any], common: dict[str, Any]) -> bool:
    """Bring a task to what this emergency wants of it now; whether that changed anything.

    ``told``: the treatment, the facts of the row (``priority``, ``groups``, ``taken``) and ``duty``, the groups that it
    is offered to as well. ``common``: what every event of the command says.
    """
    treatment = Treatment(**told["treatment"])
    plans = _begun(tree, task, told)
    wanted = _wanted(tree, task, plans, treatment, bool(told["legal"]), told.get("until"))
    plans["layers"] = {**plans["layers"], emergency_id: wanted}
    plans["deltas"] = {**plans["deltas"], emergency_id: treatment.priority}
    plans["offered"] = {**plans["offered"], emergency_id: sorted(told["duty"])}
    if plans == plans_of(task):
        return False
    _settle(tree, task, plans, told)
    tree.recorder.add(
        UserTaskReplanned(
            token_id=task.id, element_id=task.element_id, emergency_id=emergency_id,
            deadline=treatment.deadline if wanted else KEEP,
            given_due_at=_given(task, task, DUE).get("at"), due_at=_due_of(task),
            given_priority=plans["priority"], priority=_priority(plans), offered=plans["offered"][emergency_id],
            legal=bool(told["legal"]), rule=treatment.rule, words=treatment.words, **common,
        )
    )  # fmt: skip
    return True


def end_plan(
    tree: CaseTree, task: Token, emergency_id: str, told: Mapping[str, Any], replan_id: str | None
) -> bool:
    """Give back what this emergency took or gave; False when it planned nothing here."""
    if emergency_id not in plans_of(task).get("deltas", {}):
        return False
    plans = _begun(tree, task, told)
    layer = plans["layers"].pop(emergency_id, {})
    plans["deltas"].pop(emergency_id, None)
    offered = plans["offered"].pop(emergency_id, [])
    kept = _kept(tree, layer, plans)
    if offered and told["taken"]:
        kept.append("in_hand")
    _settle(tree, task, plans, told)
    tree.recorder.add(
        UserTaskPlanEnded(
            token_id=task.id, element_id=task.element_id, emergency_id=emergency_id, replan_id=replan_id,
            due_at=_due_of(task), priority=_priority(plans), kept=kept,
        )
    )  # fmt: skip
    return True


# ------------------------------------------------------------------------------------------------ inside
def _begun(tree: CaseTree, task: Token, told: Mapping[str, Any]) -> Plans:
    """The plans of a task, a copy to change; clocks that stood since are in what was given and in every layer."""
    kept = plans_of(task)
    plans: Plans = _copy(kept) if kept else {
        "given": {}, "layers": {}, "deltas": {}, "offered": {}, "priority": told["priority"],
    }  # fmt: skip
    for name, given in plans["given"].items():
        token, key = _place(tree, name)
        if token is None or not runs(token, key):
            continue
        present = record_of(token, key)
        stops = present.get("stops", [])
        plans["given"][name] = reckoned(tree, given, stops)
        for layer in plans["layers"].values():
            if name in layer and stops:
                kind, at = layer[name]
                layer[name] = [kind, iso(parse_instant(at) + _stood(stops))]
    return plans


def _wanted(
    tree: CaseTree, task: Token, plans: Plans, treatment: Treatment, legal: bool, until: str | None
) -> dict[str, list[str]]:
    """What a treatment makes of the task's deadlines: by token and key, the kind and the instant."""
    if not runs(task, DUE):
        return {}
    now = tree.context.now
    due = parse_instant(_given_in(plans, task, DUE)["at"])
    moved = target(treatment, due, now, legal=legal, until=None if until is None else parse_instant(until))
    if moved is None:
        return {}
    wanted = {_key(task, DUE): [treatment.deadline, iso(moved)]}
    for token in of_task(task):
        for key in token.internal_data.get("due", {}):
            given = _given_in(plans, token, key) if runs(token, key) else {}
            # A clock of the law that hangs on a task is not pushed back with it.
            if given and (treatment.deadline == SHORTEN or "of" not in given):
                at = follow(parse_instant(given["at"]), due, moved, now)
                wanted[_key(token, key)] = [treatment.deadline, iso(at)]
    return wanted


def _settle(tree: CaseTree, task: Token, plans: Plans, told: Mapping[str, Any]) -> None:
    """Make everything as all layers together want it, and keep what is left of them."""
    before = plans_of(task)
    names = {name for layer in (*plans["layers"].values(), *before.get("layers", {}).values()) for name in layer}
    for name in sorted(names):
        token, key = _place(tree, name)
        if token is None or not runs(token, key):
            continue
        given = plans["given"].get(name) or _given(task, token, key)
        found = [layer[name] for layer in plans["layers"].values() if name in layer]
        layers = [Layer(kind, parse_instant(at)) for kind, at in found]
        if layers:
            plans["given"][name] = given
            put_at(tree, token, key, {"at": iso(effective(parse_instant(given["at"]), layers))})
        else:
            plans["given"].pop(name, None)
            put_at(tree, token, key, given)
    _settle_priority(tree, task, plans, int(told["priority"]))
    _settle_offers(tree, task, plans, before, told)
    if plans["deltas"]:
        task.note(plans=plans)
    else:
        task.internal_data.pop("plans", None)
        task.note()


def _settle_priority(tree: CaseTree, task: Token, plans: Plans, present: int) -> None:
    wanted = _priority(plans)
    if wanted != present:
        tree.recorder.add(
            UserTaskReprioritised(token_id=task.id, element_id=task.element_id, before=present, after=wanted)
        )


def _settle_offers(tree: CaseTree, task: Token, plans: Plans, before: Plans, told: Mapping[str, Any]) -> None:
    wanted = {group for groups in plans["offered"].values() for group in groups}
    had = {group for groups in before.get("offered", {}).values() for group in groups}
    groups = list(told["groups"])
    added = sorted(wanted - set(groups))
    removed = sorted((had - wanted) & set(groups))
    if added or removed:
        tree.recorder.add(
            UserTaskOffersChanged(
                token_id=task.id, element_id=task.element_id, added=added, removed=removed,
                candidate_groups=[*(one for one in groups if one not in removed), *added], taken=bool(told["taken"]),
            )
        )  # fmt: skip


def _kept(tree: CaseTree, layer: Mapping[str, Any], plans: Plans) -> list[str]:
    """Why deadlines of a layer cannot be given back: their clock ran out meanwhile, or it stands."""
    found = set()
    for name in layer:
        token, key = _place(tree, name)
        if token is not None and runs(token, key):
            continue
        stands = token is not None and "held" in token.internal_data.get("deadlines", {}).get(key, {})
        found.add("clock_stands" if stands else "passed")
        plans["given"].pop(name, None)
    return sorted(found)


def _priority(plans: Plans) -> int:
    return effective_priority(plans["priority"], list(plans["deltas"].values()))


def _given(task: Token, token: Token, key: str) -> dict[str, Any]:
    """A deadline as the model gave it; empty where there is none."""
    kept = plans_of(task).get("given", {}).get(_key(token, key))
    return dict(kept) if kept is not None else record_of(token, key) if runs(token, key) else {}


def _given_in(plans: Plans, token: Token, key: str) -> dict[str, Any]:
    return dict(plans["given"].get(_key(token, key)) or record_of(token, key))


def _due_of(task: Token) -> str | None:
    return None if DUE not in task.internal_data.get("deadlines", {}) else str(record_of(task, DUE)["at"])


def _key(token: Token, key: str) -> str:
    return f"{token.id}:{key}"


def _place(tree: CaseTree, name: str) -> tuple[Token | None, str]:
    number, _, key = name.partition(":")
    return tree.index.get(int(number)), key


def _stood(stops: list[list[str]]) -> timedelta:
    return sum((parse_instant(end) - parse_instant(start) for start, end in stops), timedelta())


def _copy(plans: Mapping[str, Any]) -> Plans:
    """A copy of which every part may be changed."""
    return {
        name: {key: dict(one) if isinstance(one, dict) else one for key, one in value.items()}
        if isinstance(value, dict)
        else value
        for name, value in plans.items()
    }
