"""What an exported log says of everything that is counted; part of ``recompute_indicators``, standard library only."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

ZEROS = "0" * 64
Facts = dict[str, Any]


def read_log(lines: Iterable[bytes]) -> tuple[list[dict[str, Any]], list[str], str]:
    """The entries in order, what is wrong with them, and the root of the log (RFC 6962)."""
    entries, wrong, leaves = [], [], []
    heads: dict[str, tuple[int, str]] = {}
    for number, line in enumerate(lines):
        one = json.loads(line)
        body = one["body"]
        whole = (
            f'{{"body":{body},"case_id":{json.dumps(one["stream"], ensure_ascii=False)},"prev":"{one["prev"]}",'
            f'"seq":{one["seq"]}}}'
        )
        digest = hashlib.sha256(b"\0" + whole.encode()).hexdigest()
        seq, before = heads.get(one["stream"], (0, ZEROS))
        if digest != one["hash"] or one["seq"] != seq + 1 or one["prev"] != before:
            wrong.append(f"entry {number} of the log ({one['stream']}, {one['seq']}) is not as it was recorded")
        heads[one["stream"]] = (one["seq"], one["hash"])
        leaves.append(bytes.fromhex(digest))
        entries.append({"stream": one["stream"], "exercise": one.get("exercise", False), "body": json.loads(body)})
    return entries, wrong, merkle_root(leaves).hex()


def merkle_root(leaves: list[bytes]) -> bytes:
    """The root over these leaf hashes."""
    if not leaves:
        return hashlib.sha256().digest()
    while len(leaves) > 1:
        pairs = [hashlib.sha256(b"\1" + a + b).digest() for a, b in zip(leaves[::2], leaves[1::2], strict=False)]
        leaves = pairs + leaves[len(pairs) * 2 :]
    return leaves[0]


def instant(text: str | None) -> int | None:
    """Whole seconds since 1970."""
    return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() // 1) if text else None


def facts_of(entries: list[dict[str, Any]]) -> dict[str, Facts]:  # noqa: C901 - a list of what events mean
    """Everything that is counted, by kind and id, with all that the record says of it in the end."""
    things: dict[str, Facts] = {}
    late: dict[str, dict[str, int]] = defaultdict(dict)

    def put(name: str, **facts: Any) -> None:
        if name in things:
            things[name].update(facts)

    def say(name: str, stamp: int, **facts: Any) -> None:
        for key, value in facts.items():
            if stamp >= late[name].get(key, -1):
                things[name][key], late[name][key] = value, stamp

    for entry in entries:
        stream, body = entry["stream"], entry["body"]
        micros = datetime.fromisoformat(body["at"].replace("Z", "+00:00"))
        at, stamp = int(micros.timestamp() // 1), int(micros.timestamp() * 1_000_000)
        for e in body["events"]:
            kind, token = e["event"], f"{stream}.{e.get('token_id')}"
            if kind == "case.started":
                result = body.get("result") or {}
                things[f"case/{stream}"] = {
                    "kind_of": "case", "process": e["process_id"], "started_at": at, "passed": [],
                    "unit": result.get("unit_id") or "", "exercise": bool(entry["exercise"] or result.get("exercise")),
                }  # fmt: skip
            elif kind == "case.completed":
                put(f"case/{stream}", ended_at=at, outcome=e.get("outcome", "completed"))
            elif kind == "case.cancelled":
                put(f"case/{stream}", ended_at=at, outcome="cancelled")
            elif kind == "element.completed" and f"case/{stream}" in things:
                passed = things[f"case/{stream}"]["passed"]
                if e["element_id"] not in passed:
                    passed.append(e["element_id"])
                    things[f"case/{stream}"].setdefault(f"{e['element_id']}_at", at)
            elif kind == "user_task.created":
                unit = next((g.split(":", 1)[1] for g in e.get("candidate_groups") or ()
                             if g.split(":", 1)[0] in ("unit", "head", "duty") and ":" in g), None)  # fmt: skip
                things[f"task/{token}"] = {"kind_of": "task", "up": f"case/{stream}", "element": e["element_id"],
                                           "created_at": at, "due_at": instant(e.get("due_at"))}  # fmt: skip
                put(f"task/{token}", **({"unit": unit} if unit else {}))
            elif kind == "user_task.completed":
                put(f"task/{token}", completed_at=at)
            elif kind == "user_task.cancelled":
                put(f"task/{token}", withdrawn_at=at)
            elif kind == "user_task.returned":
                put(f"task/{token}", returned=True)
            elif kind == "deadline.moved" and e.get("position") is None:
                put(f"task/{token}", due_at=instant(e["after"]))
            elif kind == "ballot.opened":
                things[f"ballot/{token}"] = {"kind_of": "ballot", "up": f"case/{stream}", "element": e["element_id"],
                                             "opened_at": at, "rounds": 1, "voters": len(e.get("roll") or ())}
            elif kind == "ballot.round_opened":
                put(f"ballot/{token}", rounds=e["round_no"])
            elif kind == "ballot.decided":
                put(f"ballot/{token}", decided_at=at, outcome=e["outcome"], voters=e["voters"], voted=e["voted"])
            elif kind.startswith("consultation.") and kind.split(".")[1] in _CONSULTED:
                _consultation(things, put, e, at)
            elif kind == "opinion.submitted":
                things[f"opinion/{e['consultation_id']}.{e['number']}"] = {
                    "kind_of": "opinion", "up": f"consultation/{e['consultation_id']}", "submitted_at": at,
                    **{name: e[name] for name in ("channel", "subject_class", "stance")},
                }  # fmt: skip
            elif kind in ("opinion.moderated", "opinion.answered"):
                for number in e["numbers"]:
                    told = {"accepted": e["accepted"]} if kind == "opinion.moderated" else {
                        "answered_at": at, "disposition": e["disposition"]}  # fmt: skip
                    put(f"opinion/{e['consultation_id']}.{number}", **told)
            elif kind == "decision.published":
                things[f"decision/{e['public_id']}"] = {"kind_of": "decision", "up": f"case/{e['origin_case_id']}",
                                                        "published_at": at, "outcome": e["outcome"]}  # fmt: skip
            elif kind.startswith("service_request.") and kind.split(".")[1] in _REQUESTED:
                name = f"request/{e['request_id']}"
                things.setdefault(name, {"kind_of": "request"})
                _request(things[name], lambda **facts: say(name, stamp, **facts), kind.split(".")[1], e, at)  # noqa: B023
    for thing in things.values():
        up = thing
        while up := things.get(up.get("up", "")) or {}:
            for key in ("process", "unit", "exercise"):
                if key in up and key not in thing:
                    thing[key] = up[key]
    return things


_CONSULTED = {"opened", "extended", "closed", "answered", "withdrawn"}
_REQUESTED = {"submitted", "imported", "told", "corrected", "withdrawn", "reopened", "split", "merged", "rated"}


def _consultation(things: dict[str, Facts], put: Callable[..., None], e: dict[str, Any], at: int) -> None:
    name, what = f"consultation/{e['consultation_id']}", e["event"].split(".")[1]
    if what == "opened":
        things[name] = {"kind_of": "consultation", "up": f"case/{e['origin_case_id']}", "opened_at": at,
                        "round": e["round"]}  # fmt: skip
    if name in things and "closes_at" in e:
        closes = instant(e["closes_at"]) or at
        put(name, closes_at=closes, days=(closes - things[name]["opened_at"]) // 86400)
    if what == "extended":
        put(name, extended=True)
    elif what != "opened":
        put(name, **{f"{what}_at": at})
        put(name, **{key: e[key] for key in ("received", "adopted", "partly", "not_adopted") if key in e})


def _request(facts: Facts, say: Callable[..., None], what: str, e: dict[str, Any], at: int) -> None:  # noqa: C901 - the same
    names = {"category": "category", "kind": "kind", "source": "source", "tier": "tier", "process_id": "process",
             "place_code": "place", "unit_id": "unit", "resolved": "resolved", "satisfied": "satisfied",
             "supervision": "supervision"}  # fmt: skip
    told = {"submitted": 7, "imported": 7, "told": 10, "corrected": 7}.get(what, 0)
    say(**{fact: e[name] for name, fact in list(names.items())[:told] if e.get(name) is not None})
    say(**{name: instant(e[name]) for name in ("received_at", "due_at", "contact_due_at") if e.get(name)})
    if what in ("submitted", "reopened", "split"):
        say(status="received")
    if what == "imported":
        say(status=e["status"])
        if e.get("closed_at"):
            say(closed_at=instant(e["closed_at"]))
        facts["imported"] = True
    if e.get("exercise"):
        facts["exercise"] = True
    if what == "told":
        if e.get("status") is not None:
            say(status=e["status"])
        if e.get("closed") is not None:
            say(closed_at=at if e["closed"] else None)
        for mark in e.get("marks") or ():
            if mark in ("dispatched", "contacted", "replied", "called_back"):
                facts[f"{mark}_at"] = min(at, facts.get(f"{mark}_at", at))
            elif mark in ("extended", "returned", "reworked"):
                facts[mark] = facts.get(mark, 0) + 1
    elif what == "withdrawn":
        say(status="cancelled_by_reporter", closed_at=at)
    elif what in ("reopened", "split"):
        say(closed_at=None)
        if what == "reopened":
            facts["reopened"] = facts.get("reopened", 0) + 1
    elif what == "merged":
        say(status="duplicate", **({"closed_at": at} if e.get("closed") else {}))
    elif what == "rated":
        say(rating=e["rating"], rated_at=at)
    received, closed = facts.get("received_at"), facts.get("closed_at")
    facts["open_seconds"] = None if received is None or closed is None else closed - received
