"""The ``liandong`` program: one file per group of commands, all over the engine's public door."""

from __future__ import annotations

from workflow_engine.cli.program import liandong, main

__all__ = ["liandong", "main"]
