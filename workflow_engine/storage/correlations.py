"""Correlations as short digests, so that a catcher and the messages that fit it meet in an index."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from itertools import combinations
from typing import Any

import orjson

NOTHING_DEMANDED = ""
VENDOR_KEY = ""
"""Under which a message carries the bare correlation key of ``zeebe:subscription``."""
_MOST_KEYS = 4


def correlation_digest(demanded: str | None) -> str:
    """Of what a catcher demands, as its subscription says it (JSON with sorted keys); empty when it demands nothing."""
    return NOTHING_DEMANDED if demanded is None else sha256(demanded.encode()).hexdigest()


def fitting_digests(carried: Iterable[Mapping[str, Any]]) -> list[str]:
    """What catchers may demand so that a message fits: any part of what it carries, and nothing at all, last."""
    found: dict[str, None] = {}
    for correlation in carried:
        keys = sorted(correlation)
        for count in range(min(len(keys), _MOST_KEYS), 0, -1):
            for some in combinations(keys, count):
                text = orjson.dumps({key: correlation[key] for key in some}, option=orjson.OPT_SORT_KEYS).decode()
                found[correlation_digest(text)] = None
    return [*found, NOTHING_DEMANDED]
