"""Collect what is wrong with an XML message, each problem with the path and line of its element."""

from __future__ import annotations

from typing import Literal

from lxml import etree

from workflow_engine.interchange.cap_model import CapProblem

MAX_PROBLEMS = 100
"""A hostile file must not buy an endless answer."""


class ProblemList:
    """Problems in the order in which they were found; beyond ``MAX_PROBLEMS`` only their number grows.

    ``top`` is the element under which they are looked for, ``top_path`` how its place is called.
    """

    def __init__(self, top: etree._Element, top_path: str) -> None:
        self._top = top
        self._top_path = top_path
        self._problems: list[CapProblem] = []
        self.count = 0

    def add(self, kind: Literal["structure", "meaning"], element: etree._Element, message: str) -> None:
        """Add one problem at ``element``."""
        self.count += 1
        if self.count <= MAX_PROBLEMS:
            self._problems.append(CapProblem(kind, self._path_of(element), element.sourceline, message))

    def found(self) -> tuple[CapProblem, ...]:
        """Return the problems in document order; the last one counts those that were left out."""
        ordered = sorted(self._problems, key=lambda problem: problem.line or 0)
        if self.count > MAX_PROBLEMS:
            message = f"There are {self.count - MAX_PROBLEMS} more problems; mend these first."
            ordered.append(CapProblem("structure", "", None, message))
        return tuple(ordered)

    def _path_of(self, element: etree._Element) -> str:
        """Return such as ``/alert/info[2]/area/polygon[3]``, with numbers only where there are several of a name."""
        steps: list[str] = []
        current: etree._Element | None = element
        while current is not None and current is not self._top:
            tag = str(current.tag)
            before = len(list(current.itersiblings(tag, preceding=True)))
            several = before > 0 or next(current.itersiblings(tag), None) is not None
            steps.append(local_name(current) + (f"[{before + 1}]" if several else ""))
            current = current.getparent()
        return "/".join([self._top_path, *reversed(steps)])


def local_name(element: etree._Element) -> str:
    """Return the element's name without namespace."""
    return etree.QName(element).localname


def namespace(element: etree._Element) -> str:
    """Return the element's namespace; empty when it has none."""
    return etree.QName(element).namespace or ""
