"""Runs the court service's cases: external tasks served in order, one case at a time."""

from __future__ import annotations

from typing import Any

from tests.conformance.host import Host, HostedCase
from workflow_engine.domain import events as ev


def run(case: dict[str, Any], models: dict[str, bytes], *, cold: bool) -> list[str]:
    """What differs from what the case expects; empty when nothing does.

    Raises:
        DefinitionError: a model is refused.
    """
    host = Host(cold=cold)
    host.deploy({name: models[name] for name in (case["model"], *case["deploy"])}, known=None)
    wrong: list[str] = []
    if case["steps"][0]["op"] != "message_start":
        triggers = host.by_process[case["process"]].start_triggers(case["process"])
        host.start(case["process"], {}, triggers[0].element_id)
    for number, step in enumerate(case["steps"]):
        found = _step(host, step, _next_job(host))
        if found:
            return [f"step {number} {step['op']}: {found}"]
    return wrong


def _step(host: Host, step: dict[str, Any], job: tuple[HostedCase, ev.JobCreated] | None) -> str:
    if step["op"] == "message_start":
        return "" if host.start_by_message(step["message"], {}) else "no process starts with it"
    if step["op"] == "none_left":
        if job is not None:
            return f"job {job[1].topic} is left"
        states = [(case.state, case.incidents) for case in host.cases]
        return "" if all(state != "active" and not faults for state, faults in states) else f"cases are {states}"
    if job is None:
        return f"no job, but expected {step['topic']}; incidents {_faults(host)}"
    case, created = job
    if created.topic != step["topic"]:
        return f"the next job is {created.topic}, expected {step['topic']}"
    if step["op"] == "next":
        return ""
    seen = case.instance.token_variables(created.token_id)
    for key, value in (("caseEvent", seen.get("caseEvent")), ("activityId", created.element_id)):
        if step.get(key) is not None and step[key] != value:
            return f"{key} is {value}, expected {step[key]}"
    instance = host.thaw(case)
    if step["op"] == "complete":
        host.took(case, instance.complete_job(host.context, created.token_id, step["variables"]))
    else:
        host.took(case, instance.throw_job_error(host.context, created.token_id, step["error"], "", {}))
    return ""


def _next_job(host: Host) -> tuple[HostedCase, ev.JobCreated] | None:
    for case in host.active():
        open_jobs: dict[int, ev.JobCreated] = {}
        for event in case.events:
            if isinstance(event, ev.JobCreated):
                open_jobs[event.token_id] = event
        for token_id in sorted(open_jobs):
            token = case.instance.tree.index.get(token_id)
            if token is not None and token.task_spec.can_happen(token):
                return case, open_jobs[token_id]
    return None


def _faults(host: Host) -> list[str]:
    return [e.message for case in host.cases for e in case.events if isinstance(e, ev.IncidentOpened)]
