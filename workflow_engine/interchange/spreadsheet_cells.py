"""Cells of files for spreadsheets: what one would take for a formula gets an apostrophe, which reading takes away."""

from __future__ import annotations

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def delimiter_of(text: str) -> str:
    """What parts the cells of the first line: comma, semicolon or tab."""
    first = text.partition("\n")[0]
    return max(",;\t", key=first.count)


def guarded(cell: str) -> str:
    """As it is written."""
    return "'" + cell if cell.startswith((*_FORMULA, "'")) else cell


def unguarded(cell: str) -> str:
    """As it was meant."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith((*_FORMULA, "'")) else cell
