"""What an evaluation may use: steps of work, characters and items produced.

A value can hold the same list many times over, so a small value may be a huge tree: whatever walks values counts here.
"""

from __future__ import annotations

from workflow_engine.feel.errors import FeelLimitError


class Meter:
    """Counts down; raises ``FeelLimitError`` when nothing is left."""

    __slots__ = ("max_size", "max_steps", "size", "steps")

    def __init__(self, max_steps: int = 1_000_000, max_size: int = 5_000_000) -> None:
        self.max_steps = max_steps
        self.max_size = max_size
        self.steps = max_steps
        self.size = max_size

    def charge(self, steps: int) -> None:
        """Use up steps of work."""
        self.steps -= steps
        if self.steps < 0:
            raise FeelLimitError(
                f"Expected at most {self.max_steps} steps, but the expression needs more", limit=self.max_steps
            )

    def grow(self, size: int) -> None:
        """Account for new characters or items."""
        self.size -= size
        if self.size < 0:
            raise FeelLimitError(
                f"Expected at most {self.max_size} characters and items, but the expression makes more",
                limit=self.max_size,
            )
