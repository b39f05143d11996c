"""Consultations in words: channels, who speaks, what they think, what became of it; and as data for programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for

from web.i18n import gettext as _
from web.i18n import marked
from workflow_engine import ConsultationDetail, ConsultationRow, PublicOpinion

CHANNELS = {
    "web": marked("Web"), "phone": marked("Telephone"), "paper": marked("On paper"), "hearing": marked("Hearing"),
    "survey": marked("Survey"),
}  # fmt: skip
SUBJECTS = {
    "society": marked("Resident or association"), "enterprise": marked("Enterprise"),
    "government": marked("Public body"),
}  # fmt: skip
STANCES = {"support": marked("In favour"), "oppose": marked("Against"), "suggest": marked("Suggestion")}
DISPOSITIONS = {
    "adopted": marked("Adopted"), "partly": marked("Partly adopted"), "not_adopted": marked("Not adopted"),
}  # fmt: skip
MODERATION = {
    "waiting": marked("To be moderated"), "accepted": marked("Accepted"), "rejected": marked("Rejected"),
}  # fmt: skip
NOTICES = {
    "extension": marked("Open for longer"), "widened": marked("More channels"), "hearing": marked("Hearing announced"),
    "participants": marked("Who takes part in the hearing"), "record": marked("Record of the hearing"),
    "redraft": marked("Draft changed"), "summary": marked("How the opinions were used"),
    "withdrawal": marked("Draft taken back"),
}  # fmt: skip
STATES = {
    "open": marked("Open for opinions"), "closed": marked("Opinions are being worked on"),
    "answered": marked("Answered"), "withdrawn": marked("Taken back"),
}  # fmt: skip
LOOKS = {"open": "accent", "closed": "warn", "answered": "good", "withdrawn": ""}
WORDS = {
    "channels": CHANNELS, "subjects": SUBJECTS, "stances": STANCES, "dispositions": DISPOSITIONS,
    "moderation": MODERATION, "notices": NOTICES, "states": STATES, "looks": LOOKS,
}  # fmt: skip
"""For templates."""


def channel_words(row: ConsultationRow) -> str:
    """By which channels it takes opinions."""
    return _(", ").join(_(CHANNELS[channel]) for channel in row.channels.split())


def row_data(row: ConsultationRow) -> dict[str, Any]:
    """A consultation in a list, for programs."""
    return {
        "id": row.consultation_id, "title": row.title, "summary": row.summary, "state": row.state, "round": row.round,
        "follows": row.follows, "channels": row.channels.split(), "opened_at": row.opened_at.isoformat(),
        "closes_at": row.closes_at.isoformat(), "short_reason": row.short_reason or None,
        "draft_digest": row.draft_digest, "page": url_for("consultations.page", consultation_id=row.consultation_id),
    }  # fmt: skip


def detail_data(detail: ConsultationDetail, opinions: list[PublicOpinion], more: str | None) -> dict[str, Any]:
    """A consultation with a page of its accepted opinions, for programs."""
    answered = detail.row.state == "answered"
    return {
        **row_data(detail.row),
        "draft": detail.draft,
        "next_round": detail.next_round,
        "figures": detail.figures,
        "adoption": detail.adoption if answered else None,
        "notices": [
            {"kind": one.kind, "title": one.title, "text": one.text, "at": one.published_at.isoformat()}
            for one in detail.notices
        ],
        "opinions": [_opinion_data(row, answered) for row in opinions],
        "next": more,
    }


def _opinion_data(row: PublicOpinion, answered: bool) -> Mapping[str, Any]:
    data: dict[str, Any] = {
        "number": row.number, "channel": row.channel, "subject_class": row.subject_class, "stance": row.stance,
        "district": row.district, "text": row.text, "submitted_at": row.submitted_at.isoformat(), "topic": row.topic,
        "fingerprint": row.fingerprint,
    }  # fmt: skip
    if answered:
        data |= {"disposition": row.disposition, "reason": row.disposition_reason}
    return data
