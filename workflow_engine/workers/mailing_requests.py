"""Mail to whoever reported something: where it stands, and what comes next. In both languages, theirs first.

Nothing of what they reported stands in it: mail can be read by others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workflow_engine.domain.service_requests import is_mail_address
from workflow_engine.queries import Queries

SAYINGS = {
    "submitted": ("我们已收到您反映的事项。", "We have received what you reported."),
    "told": ("您反映的事项有了进展。", "There is news about what you reported."),
    "commented": ("我们给您留了言。", "We have left you a message."),
    "reopened": ("您反映的事项已重新办理。", "What you reported is being worked on again."),
    "merged": ("您反映的事项与他人反映的是同一件事，已合并办理。",
               "Others have reported the same thing; we work on it together."),
    "split": ("您反映的事项现单独办理。", "What you reported is worked on by itself now."),
    "withdrawn": ("您反映的事项已撤回。", "What you reported is withdrawn."),
}  # fmt: skip
STATUS = {
    "received": ("已受理", "Received"),
    "dispatched": ("已派单", "Passed on to whoever handles it"),
    "accepted": ("承办单位已签收", "Accepted by whoever handles it"),
    "in_progress": ("办理中", "Being worked on"),
    "waiting": ("等待中", "Waiting"),
    "replied": ("已答复", "Answered"),
    "called_back": ("已回访", "You were called back"),
    "closed_resolved": ("已办结：已解决", "Closed: resolved"),
    "closed_explained": ("已办结：已解释说明", "Closed: explained"),
    "closed_unreachable": ("已办结：未能联系到您", "Closed: we could not reach you"),
    "duplicate": ("已合并", "Merged with another report"),
    "rejected_with_reason": ("不予受理", "Not accepted; the reason is given"),
    "transferred": ("已转交", "Passed on to another body"),
    "suspended": ("暂缓办理", "Put off"),
    "cancelled_by_reporter": ("已撤回", "Withdrawn"),
}


def mail_of_request(
    queries: Queries, request_id: str, content: Mapping[str, Any], public_url: str
) -> tuple[str, str, Sequence[str]] | None:
    """Address, subject and lines; None where the report, or the way to its reporter, is gone, and in an exercise."""
    found = queries.service_requests.find_addressee(request_id)
    if found is None or found.exercise or not is_mail_address(found.contact):
        return None
    order = (1, 0) if found.language.startswith("en") else (0, 1)
    lines = [SAYINGS[content["kind"]][place] for place in order]
    status = STATUS.get(str(content.get("status")))
    if status is not None:
        lines += ["", " · ".join(status[place] for place in order)]
    lines += ["", f"编号 Number: {found.tracking_number}", f"{public_url}/portal/track"]
    return found.contact, f"{found.tracking_number} · 联动 Liandong", lines
