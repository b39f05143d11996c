"""Which small numbers are not shown, and which others with them, so that no hidden one follows from the rest.

Numbers stand in a tree: a unit's is the sum of those below it and of what it did itself. A number from 1 to one less
than the bound is hidden. Wherever a sum and its visible parts would tell a hidden part, or leave it too little room,
the smallest visible part is hidden too, and in the end the sum itself.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

Node = TypeVar("Node", bound=Hashable)


def hidden_numbers(
    values: Mapping[Node, int],
    parts: Mapping[Node, Sequence[Node]],
    bound: int,
    also: frozenset[Node] = frozenset(),
) -> frozenset[Node]:
    """The nodes whose numbers are not shown.

    ``values``: whole numbers, of every node; ``parts``: what each sum consists of, all of it. ``also`` is hidden for
    other reasons. A number of 0 is shown.
    """
    if bound <= 1 and not also:
        return frozenset()
    hidden = {node for node, value in values.items() if 0 < value < bound} | {
        node for node in also if values.get(node, 0) > 0
    }
    sums = [
        (whole, [part for part in parts[whole] if values[part] > 0])
        for whole in sorted(parts, key=str)
        if values[whole] > 0
    ]
    changed = True
    while changed:
        changed = False
        for whole, own in sums:
            changed |= _protect(whole, own, values, hidden, bound)
    return frozenset(hidden)


def _protect(whole: Node, own: Sequence[Node], values: Mapping[Node, int], hidden: set[Node], bound: int) -> bool:
    """Hide more of one sum until nothing in it can be told from the rest; whether anything was hidden."""
    unseen = [part for part in own if part in hidden]
    seen = sorted((part for part in own if part not in hidden), key=lambda part: (values[part], str(part)))
    before = len(hidden)
    if whole in hidden:
        if not unseen and seen:
            hidden.add(seen[0])  # else the sum could be added up
    elif unseen:
        while not _has_room(unseen, values, bound):
            if not seen:
                hidden.add(whole)
                break
            hidden.add(seen[0])
            unseen.append(seen.pop(0))
    return len(hidden) > before


def _has_room(unseen: Sequence[Node], values: Mapping[Node, int], bound: int) -> bool:
    """Whether each hidden part may be any of as many numbers as the bound says, given their sum: none of them is 0."""
    return len(unseen) > 1 and sum(values[part] for part in unseen) - len(unseen) >= max(bound - 1, 1)
