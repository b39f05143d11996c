"""How much one uploaded model may use."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IntakeLimits:
    """Bounds for reading one file; the last three hold for the child process."""

    max_bytes: int = 2 * 1024 * 1024
    max_nodes: int = 1000
    cpu_seconds: int = 4
    memory_bytes: int = 512 * 1024 * 1024
    """On top of what the child uses before it reads anything."""
    wall_seconds: float = 60.0
    """A backstop: on a busy machine an innocent model has to wait; what bounds a hostile one is its processor time."""
