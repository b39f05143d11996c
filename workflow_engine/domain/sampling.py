"""Drawing by lot so that anybody can draw again: no generator whose algorithm might change, only SHA-256."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256


def draw(population: Iterable[str], size: int, seed: str) -> list[str]:
    """The ``size`` ids whose SHA-256 of ``seed:id`` comes first; each has the same chance."""
    return sorted(population, key=lambda one: sha256(f"{seed}:{one}".encode()).hexdigest())[:size]


def digest_of(population: Sequence[str]) -> str:
    """What a population of sorted ids is known by."""
    return sha256("\n".join(population).encode()).hexdigest()
