"""Service requests in words for staff: how they stand, what kind they are, what happened to them."""

from __future__ import annotations

from web.context import engine
from web.i18n import CHINESE, current_language, marked
from web.i18n import gettext as _
from workflow_engine import Category, Likeness

STATUS = {
    "received": marked("Received"), "dispatched": marked("Dispatched"), "accepted": marked("Accepted by the unit"),
    "in_progress": marked("Being handled"), "waiting": marked("Waiting"), "replied": marked("Replied"),
    "called_back": marked("Called back"), "closed_resolved": marked("Closed: resolved"),
    "closed_explained": marked("Closed: explained"), "closed_unreachable": marked("Closed: nobody reached"),
    "duplicate": marked("Merged into another"), "rejected_with_reason": marked("Not accepted"),
    "transferred": marked("Passed on to others"), "suspended": marked("Suspended"),
    "cancelled_by_reporter": marked("Withdrawn by the reporter"),
}  # fmt: skip
STATUS_LOOKS = {
    "received": "warn", "closed_resolved": "good", "closed_explained": "good", "replied": "accent",
    "called_back": "accent", "in_progress": "accent", "accepted": "accent", "dispatched": "accent",
}  # fmt: skip
STATUS_ICONS = {
    "received": "info", "closed_resolved": "check", "closed_explained": "check", "duplicate": "copied",
    "waiting": "waiting", "suspended": "pause", "rejected_with_reason": "stop", "cancelled_by_reporter": "stop",
}  # fmt: skip
KINDS = {
    "report": marked("Report of a fault"), "complaint": marked("Complaint"), "help": marked("Request for help"),
    "consult": marked("Question"), "suggestion": marked("Suggestion"),
}  # fmt: skip
TIERS = {
    "urgent": marked("Urgent"), "utility": marked("Utilities"), "complex": marked("Complex"),
    "general": marked("General"),
}  # fmt: skip
TIER_LOOKS = {"urgent": "overdue", "utility": "warn"}
SOURCES = {
    "web": marked("Web"), "phone": marked("Telephone"), "app": marked("App"), "open311": marked("Open311"),
    "inspector": marked("Inspector"), "camera": marked("Camera"), "order": marked("Order from above"),
    "import": marked("Imported"),
}  # fmt: skip
SUPERVISION = {
    "remind": marked("Reminded"), "supervise": marked("Under supervision"), "listed": marked("Listed"),
    "interview": marked("Interviewed"), "report": marked("Reported to the government"),
}  # fmt: skip
STEPS = {
    "submitted": marked("Reported"), "told": marked("News of the case"), "added": marked("More was said"),
    "corrected": marked("Corrected"), "withdrawn": marked("Withdrawn"), "reopened": marked("Reopened"),
    "rated": marked("Rated"), "commented": marked("Message"), "merged": marked("Merged into another"),
    "gathered": marked("Others were merged into it"), "split": marked("Split off again"),
    "moderated": marked("Moderated"), "imported": marked("Imported"),
}  # fmt: skip
MARKS = {
    "dispatched": marked("dispatched"), "contacted": marked("reporter contacted"), "replied": marked("replied"),
    "called_back": marked("called back"), "extended": marked("extended"), "returned": marked("returned"),
    "reworked": marked("sent back to work"), "closed": marked("request closed"),
}  # fmt: skip
MODERATION = {
    "waiting": marked("Waits for moderation"), "shown": marked("Public"), "hidden": marked("Not public"),
}  # fmt: skip
WORDS = {
    "statuses": STATUS, "status_looks": STATUS_LOOKS, "status_icons": STATUS_ICONS, "kinds": KINDS, "tiers": TIERS,
    "tier_looks": TIER_LOOKS, "sources": SOURCES, "supervision": SUPERVISION, "steps": STEPS, "marks": MARKS,
    "moderation": MODERATION,
}  # fmt: skip
"""For templates."""


def named(zh: str | None, en: str | None) -> str:
    """The name in the visitor's language, or else the other one."""
    return (zh or en or "") if current_language() is CHINESE else (en or zh or "")


def name_of(category: Category) -> str:
    """A category in the visitor's language."""
    return named(category.name_zh, category.name_en)


def group_of(category: Category) -> str:
    """Its heading in the visitor's language."""
    return named(category.group_zh, category.group_en)


def category_name(code: str) -> str:
    """The name of a category; its code where the catalogue has it no more."""
    found = engine().queries.service_categories.find(code)
    return code if found is None else name_of(found)


def category_groups(*, public_only: bool = False) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every category under its heading: code and name."""
    found: dict[str, list[tuple[str, str]]] = {}
    for one in engine().queries.service_categories.list(public_only):
        found.setdefault(group_of(one), []).append((one.code, name_of(one)))
    return list(found.items())


def why_alike(likeness: Likeness) -> str:
    """The reasons in words: "same category, 40 m away, 82 % alike, 2 days apart"."""
    parts = [_("same category") if likeness.same_category else _("similar category")]
    if likeness.metres is not None:
        parts.append(_("at the same spot") if likeness.metres < 10 else _("%(metres)s m away", metres=likeness.metres))
    if likeness.words is not None:
        parts.append(_("words %(percent)s %% alike", percent=round(likeness.words * 100)))
    else:
        parts.append(_("in another language"))
    parts.append(_("the same day") if likeness.days == 0 else _("%(days)s days apart", days=likeness.days))
    return _(", ").join(parts)
