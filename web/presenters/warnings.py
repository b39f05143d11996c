"""A published warning as its page and its feed show it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for

from web.i18n import gettext as _
from web.i18n import marked
from workflow_engine import FeedItem, PublishedWarning, warning_content

COLOURS = {"red": marked("Red"), "orange": marked("Orange"), "yellow": marked("Yellow"), "blue": marked("Blue")}
RANKS = {"red": "I", "orange": "II", "yellow": "III", "blue": "IV"}
STATES = {
    "in_force": marked("holds now"), "replaced": marked("replaced by a newer one"), "lifted": marked("lifted"),
    "expired": marked("its time is over"),
}  # fmt: skip
_FEED_TITLES = {"zh-CN": "预警信息", "en-GB": "Warnings"}


@dataclass(frozen=True, slots=True)
class WarningView:
    """One warning in the reader's language, or else in Chinese."""

    row: PublishedWarning
    is_in_force: bool
    title: str
    event: str
    issuer: str
    text: str
    instruction: str
    colour: str
    rank: str
    state: str
    lang: str
    """Of the words; may be another than the reader's."""


def view_of(row: PublishedWarning, language: str, now: datetime) -> WarningView:
    """What the page says; the words are those of the CAP message."""
    infos: list[dict[str, Any]] = warning_content(row.document)["infos"]
    said = next((info for info in infos if info["language"] == language), infos[0])
    is_in_force = row.is_in_force(now)
    state = "expired" if row.state == "in_force" and not is_in_force else row.state
    return WarningView(
        row, is_in_force, said["headline"] or said["event"], said["event"], said["sender_name"] or "",
        said["description"] or "", said["instruction"] or "", _(COLOURS[row.colour]), RANKS[row.colour],
        _(STATES[state]), said["language"],
    )  # fmt: skip


def feed_title(language: str) -> str:
    """The title of the feed in its own language, whatever the reader's is."""
    return _FEED_TITLES[language]


def feed_items(rows: Iterable[PublishedWarning], language: str) -> list[FeedItem]:
    """Each message, and each that lifted one, the newest first."""
    return sorted(_items(rows, language), key=lambda item: item.sent_at, reverse=True)


def _items(rows: Iterable[PublishedWarning], language: str) -> Iterator[FeedItem]:
    for row in rows:
        page = url_for("warnings.page", warning_id=row.warning_id, _external=True)
        message = url_for("warnings.message", warning_id=row.warning_id, _external=True)
        yield FeedItem(row.title(language), row.sent_at, page, message, row.document)
        if row.end_document is not None and row.ended_at is not None:
            headline = _headline(row.end_document, language)
            message = url_for("warnings.end_message", warning_id=row.warning_id, _external=True)
            yield FeedItem(headline, row.ended_at, page, message, row.end_document)


def _headline(document: str, language: str) -> str:
    infos = warning_content(document)["infos"]
    return str(next((info for info in infos if info["language"] == language), infos[0])["headline"])
