"""Runs Camunda 7's and Flowable's own tests, written as steps, against the runtime."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from tests.conformance.host import START, Host, HostedCase
from workflow_engine.domain import events as ev
from workflow_engine.domain.errors import EngineError

TASKS = ("userTask",)


class Runner:
    """One case of the suite: names of instances and queries, and what came out wrong."""

    def __init__(self, *, cold: bool) -> None:
        self.host = Host(cold=cold)
        self.names: dict[str, Any] = {}
        self.wrong: list[str] = []

    def run(self, ops: list[dict[str, Any]]) -> list[str]:
        for number, op in enumerate(ops):
            before = sum(case.incidents for case in self.host.cases)
            try:
                getattr(self, op["op"])(op)
                failed = sum(case.incidents for case in self.host.cases) > before
            except EngineError as error:
                failed = True
                if not op.get("expect_error"):
                    return [*self.wrong, f"{number} {op}: {error}"]
            if op.get("expect_error") and not failed:
                self.wrong.append(f"{number} {op}: expected an error")
            elif failed and not op.get("expect_error"):
                self.wrong.append(f"{number} {op}: incident {self._incidents()[-1:]}")
            if self.wrong:
                return self.wrong
        return self.wrong

    # ---- doing
    def start(self, op: dict[str, Any]) -> None:
        if "message" in op:
            case = self.host.start_by_message(op["message"], op["vars"])
            if case is None:
                raise EngineError(f"no process starts with {op['message']}")
        else:
            case = self.host.start(op["key"], op["vars"])
        self.names[op.get("as", "")] = case

    def complete(self, op: dict[str, Any]) -> None:
        case, token_id = self._row(op["task"])["ref"]
        self.host.took(case, self.host.thaw(case).complete_user_task(self.host.context, token_id, op["vars"], "u"))

    def complete_all(self, op: dict[str, Any]) -> None:
        for row in self.names[op["list"]]:
            case, token_id = row["ref"]
            advance = self.host.thaw(case).complete_user_task(self.host.context, token_id, op["vars"], "u")
            self.host.took(case, advance)

    def claim(self, op: dict[str, Any]) -> None:
        self._row(op["task"])

    def message(self, op: dict[str, Any]) -> None:
        if not self.host.message(op["name"], op["vars"]):
            raise EngineError(f"nobody waits for message {op['name']}")

    def signal(self, op: dict[str, Any]) -> None:
        self.host.signal(op["name"], op["vars"])

    def signal_activity(self, op: dict[str, Any]) -> None:
        case: HostedCase = self._instance(op["instance"])
        for event in case.events:
            if isinstance(event, ev.SubscriptionOpened) and event.element_id == op["activity"]:
                advance = self.host.thaw(case).catch_message(
                    self.host.context, event.token_id, event.position, event.name, op["vars"]
                )
                self.host.took(case, advance)
                return
        raise EngineError(f"{op['activity']} does not wait")

    def set_variable(self, op: dict[str, Any]) -> None:
        case, named = self._instance(op["instance"]), self._named(op["instance"])
        scope_id = named[1] if isinstance(named, tuple) else None
        self.host.took(case, self.host.thaw(case).change_variables(self.host.context, op["vars"], scope_id))

    def delete(self, op: dict[str, Any]) -> None:
        case = self._instance(op["instance"])
        self.host.took(case, self.host.thaw(case).cancel(self.host.context, "deleted"))

    def fire_timer(self, op: dict[str, Any]) -> None:
        self.host.fire(*self._row(op["job"])["ref"])

    def clock(self, op: dict[str, Any]) -> None:
        self.host.now = START + timedelta(milliseconds=op["ms"])

    def run_timers(self, op: dict[str, Any]) -> None:
        self.host.run_due_timers()

    # ---- asking
    def query(self, op: dict[str, Any]) -> None:
        rows = getattr(self, f"_{op['kind']}s")(op.get("filter") or {})
        order = (op.get("filter") or {}).get("order")
        if order:
            rows.sort(key=lambda row: str(row.get("name") if "name" in str(order).lower() else row["id"]))
        self.names[op["as"]] = rows

    def _tasks(self, wanted: dict[str, Any]) -> list[dict[str, Any]]:
        rows = []
        for case in self.host.active():
            created = {e.token_id: e for e in case.events if isinstance(e, ev.UserTaskCreated)}
            for token in case.instance.open_tokens():
                if token.element_kind not in TASKS or token.token_id not in created:
                    continue
                event = created[token.token_id]
                called = self._called(case, token.scope_id)
                row = {
                    "id": f"{case.case_id}.{token.token_id:06}",
                    "name": event.name,
                    "key": event.element_id,
                    "instance": called or case,
                    "candidateGroup": event.candidate_groups or [],
                    "candidateUser": event.candidate_users or [],
                    "priority": event.priority,
                    "assignee": event.assignee,
                    "ref": (case, token.token_id),
                }
                if self._fits(row, wanted):
                    rows.append(row)
        return rows

    def _instances(self, wanted: dict[str, Any]) -> list[dict[str, Any]]:
        rows = [
            {"id": case.case_id, "definition": case.process_id, "instance": case, "ref": case}
            for case in self.host.active()
        ]
        for case in self.host.active():
            for token in case.instance.tree.index.values():
                if token.task_spec.kind == "callActivity" and token.id in case.instance.tree.scopes:
                    called = token.internal_data["process_id"]
                    own = (case.case_id, token.id)
                    rows.append({"id": str(own), "definition": called, "instance": own, "super": case})
        return [row for row in rows if self._fits(row, wanted)]

    def _timers(self, wanted: dict[str, Any]) -> list[dict[str, Any]]:
        rows = [{"id": timer[0], "instance": timer[1], "ref": timer} for timer in self.host.timers()]
        return [row for row in rows if self._fits(row, wanted)]

    def _subscriptions(self, wanted: dict[str, Any]) -> list[dict[str, Any]]:
        rows = [
            {
                "id": f"{case.case_id}.{token.id}",
                "eventType": wait[0],
                "eventName": wait[1],
                "instance": case,
                "key": token.element_id,
            }
            for case in self.host.active()
            for token in case.instance.tree.index.values()
            for wait in token.internal_data.get("waits", {}).values()
        ]
        for process_id, definition in self.host.by_process.items():
            for trigger in definition.start_triggers(process_id):
                row = {"id": trigger.element_id, "key": trigger.element_id, "instance": None}
                rows += [row | {"eventType": trigger.kind, "eventName": trigger.name}] * (
                    trigger.kind in ("message", "signal")
                )
        return [row for row in rows if self._fits(row, wanted)]

    def _variables(self, wanted: dict[str, Any]) -> list[dict[str, Any]]:
        case = self._instance(wanted["instance"])
        values = self.host.variables(case)
        name = wanted["name"]
        return [{"id": name, "name": name, "value": values[name]}] if name in values else []

    def _executions(self, wanted: dict[str, Any]) -> list[dict[str, Any]]:
        return [
            {"id": f"{case.case_id}.{token.token_id}", "key": token.element_id, "instance": case}
            for case in self.host.active()
            for token in case.instance.open_tokens()
            if token.element_id == wanted.get("key", token.element_id)
        ]

    def _fits(self, row: dict[str, Any], wanted: dict[str, Any]) -> bool:
        for key, value in wanted.items():
            if key == "order":
                continue
            if key in ("instance", "super"):
                if row.get(key) != self._named(value):
                    return False
            elif key in ("candidateGroup", "candidateUser"):
                if value not in row[key]:
                    return False
            elif row.get(key) != value:
                return False
        return True

    # ---- checking
    def assert_count(self, op: dict[str, Any]) -> None:
        found = len(self.names[op["q"]])
        self._check(found == op["n"], op, found)

    def assert_present(self, op: dict[str, Any]) -> None:
        found = self.names[op["q"]]
        self._check(bool(found) == op["present"], op, [row["id"] for row in found])

    def assert_ended(self, op: dict[str, Any]) -> None:
        case = self._instance(op["instance"])
        self._check((case.state != "active") == op["ended"], op, (case.state, [r["key"] for r in self._tasks({})]))

    def assert_attr(self, op: dict[str, Any]) -> None:
        found = self._row(op["ref"]).get(op["attr"])
        self._check(found == op["value"], op, found)

    def assert_values(self, op: dict[str, Any]) -> None:
        found = [row.get(op["attr"]) for row in self.names[op["q"]]]
        same = Counter(found) == Counter(op["values"]) if op["mode"] == "bag" else found == op["values"]
        self._check(same, op, found)

    def assert_var(self, op: dict[str, Any]) -> None:
        found = self.host.variables(self._instance(op["instance"])).get(op["name"])
        self._check(found == op["value"], op, found)

    def assert_var_present(self, op: dict[str, Any]) -> None:
        present = op["name"] in self.host.variables(self._instance(op["instance"]))
        self._check(present == op["present"], op, present)

    # ---- inside
    def _row(self, ref: Any) -> dict[str, Any]:
        name, index = ref if isinstance(ref, list) else (ref, 0)
        rows = self.names[name]
        if len(rows) <= index:
            raise EngineError(f"{name} found nothing")
        row: dict[str, Any] = rows[index]
        return row

    def _called(self, case: HostedCase, scope_id: int | None) -> tuple[str, int] | None:
        """The called process in which this scope lies; None at the top of the case."""
        while scope_id is not None:
            host = case.instance.tree.index[scope_id]
            if host.task_spec.kind == "callActivity":
                return (case.case_id, scope_id)
            scope_id = host.workflow.parent_task_id
        return None

    def _named(self, ref: Any) -> Any:
        if isinstance(ref, dict):
            return self._row(ref["of"])["instance"]
        found = self.names[ref]
        return found[0]["instance"] if isinstance(found, list) else found

    def _instance(self, ref: Any) -> HostedCase:
        found = self._named(ref)
        if isinstance(found, tuple):
            found = next(case for case in self.host.cases if case.case_id == found[0])
        assert isinstance(found, HostedCase)
        return found

    def _incidents(self) -> list[str]:
        return [e.message for case in self.host.cases for e in case.events if isinstance(e, ev.IncidentOpened)]

    def _check(self, holds: bool, op: dict[str, Any], found: Any) -> None:
        if not holds:
            self.wrong.append(f"{op}: found {found}")


def run(case: dict[str, Any], models: dict[str, bytes], *, cold: bool) -> list[str]:
    """What differs from what the case expects; empty when nothing does.

    Raises:
        DefinitionError: a model is refused.
    """
    runner = Runner(cold=cold)
    runner.host.deploy({name: models[name] for name in case["files"]}, known=None)
    return runner.run(case["ops"])
