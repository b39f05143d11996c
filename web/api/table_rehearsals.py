"""Rehearsals for programs: the program itself rehearses, without a page."""

from __future__ import annotations

_ON_PAGES = "asked for, stopped and taken away on the page; programs call `liandong rehearse`"
_PLAYER = "whoever plays rehearsals says it"

NOT_OFFERED = {
    "rehearsal.ask": _ON_PAGES, "rehearsal.cancel": _ON_PAGES, "rehearsal.remove": _ON_PAGES,
    "rehearsal.begin": _PLAYER, "rehearsal.end": _PLAYER,
}  # fmt: skip
