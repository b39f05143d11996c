"""Keyset paging: a cursor holds the sort key of the last row shown, so the next page costs what the first did."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

import orjson

from workflow_engine.domain.errors import RejectedError
from workflow_engine.queries.rows import Page

T = TypeVar("T")
MOST_ROWS = 500


def clamp(limit: int) -> int:
    """How many rows a page may hold. Raises RejectedError for nonsense."""
    if limit < 1:
        raise RejectedError(f"Expected a page of at least one row, but got {limit}.")
    return min(limit, MOST_ROWS)


def encode(*key: Any) -> str:
    """The cursor after a row with this sort key."""
    parts = [{"at": part.isoformat()} if isinstance(part, datetime) else part for part in key]
    return base64.urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")


def decode(cursor: str | None, length: int) -> tuple[Any, ...] | None:
    """The sort key in a cursor; None for the first page. Raises RejectedError when it is no cursor of ours."""
    if not cursor:
        return None
    try:
        parts = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        key = tuple(datetime.fromisoformat(part["at"]) if isinstance(part, dict) else part for part in parts)
    except (ValueError, TypeError, KeyError, binascii.Error) as error:
        raise RejectedError("Expected a cursor that came with a page, but got something else.") from error
    if len(key) != length:
        raise RejectedError("Expected a cursor of this list, but got one of another.")
    return key


def page_of(found: Sequence[T], limit: int, key: Callable[[T], tuple[Any, ...]]) -> Page[T]:
    """A page out of up to ``limit + 1`` rows."""
    items = found[:limit]
    more = len(found) > limit
    return Page(items, encode(*key(items[-1])) if more else None)
