"""How much reading one upload may use, and how a child process is held to it."""

from __future__ import annotations

import resource
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


def set_limits(limits: IntakeLimits) -> None:
    """Bounds CPU time, memory on top of what is in use now, files and processes of this process."""
    used = _used_bytes()
    resource.setrlimit(resource.RLIMIT_AS, (used + limits.memory_bytes, used + limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


def _used_bytes() -> int:
    try:
        with open("/proc/self/statm", encoding="ascii") as statm:
            return int(statm.read().split()[0]) * resource.getpagesize()
    except FileNotFoundError:  # a system without /proc: a generous guess
        return 2**30
