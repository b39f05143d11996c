"""Charts of a rehearsal as SVG: shapes carry classes only, so that a page or a file by itself gives the colours."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

HEATS = 9
_ROW = 22.0
_LABEL = 260.0
_CELL = 11.0
_PLOT = 500.0
_TOP = 26.0
_MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a chart: what it is, its value, and the range in which the true one lies."""

    label: str
    value: float
    text: str
    low: float | None = None
    high: float | None = None
    strong: bool = False
    """Stands out: a difference that is more than chance."""


def heat_of(value: float, most: float) -> int:
    """Which of the classes ``heat-0`` to ``heat-8`` a value has, by square root: small ones still show."""
    if value <= 0 or most <= 0:
        return 0
    return min(HEATS - 1, 1 + int(math.sqrt(value / most) * (HEATS - 1.001)))


def magnitude_of(seconds: float, most: float) -> int:
    """Which class a length of time has, by its magnitude from a minute on: hours show beside weeks."""
    if seconds <= 0 or most <= 0:
        return 0
    span = math.log(max(most, 2 * _MINUTE) / _MINUTE)
    return min(HEATS - 1, 1 + int(max(0.0, math.log(seconds / _MINUTE)) / span * (HEATS - 1.001)))


def bars(rows: Sequence[Bar], title: str, most: float | None = None, about: str = "") -> str:
    """Horizontal bars from nothing, with their ranges."""
    top = most or max([row.high if row.high is not None else row.value for row in rows], default=1) or 1
    parts = []
    for number, row in enumerate(rows):
        y = _TOP + number * _ROW
        width = max(0.0, min(row.value / top, 1)) * _PLOT
        parts.append(_label(row.label, y))
        parts.append(f'<rect class="bar" x="{_LABEL:g}" y="{y + 4:g}" width="{width:.1f}" height="{_ROW - 8:g}"/>')
        parts.append(_range(row, y, lambda value: _LABEL + min(max(value, 0) / top, 1) * _PLOT))
        parts.append(f'<text x="{_LABEL + _PLOT + 12:g}" y="{y + 15:g}">{escape(row.text)}</text>')
    return _svg("".join(parts), title, _LABEL + _PLOT + 110, _TOP + len(rows) * _ROW + 6, about)


def differences(rows: Sequence[Bar], title: str, about: str = "") -> str:
    """Points with their ranges on both sides of nothing; each row has a scale of its own, its widest end."""
    middle = _LABEL + _PLOT / 2
    bottom = _TOP + len(rows) * _ROW
    parts = [f'<line class="axis" x1="{middle:g}" x2="{middle:g}" y1="{_TOP - 6:g}" y2="{bottom:g}"/>']
    for number, row in enumerate(rows):
        y = _TOP + number * _ROW
        ends = [abs(value) for value in (row.value, row.low, row.high) if value is not None]
        scale = (_PLOT / 2 - 12) / (max(ends) or 1)
        style = "point strong" if row.strong else "point"
        parts.append(_label(row.label, y))
        parts.append(_range(row, y, lambda value, scale=scale: middle + value * scale))
        parts.append(f'<circle class="{style}" cx="{middle + row.value * scale:.1f}" cy="{y + _ROW / 2:g}" r="5"/>')
        parts.append(f'<text x="{_LABEL + _PLOT + 12:g}" y="{y + 15:g}">{escape(row.text)}</text>')
    return _svg("".join(parts), title, _LABEL + _PLOT + 230, _TOP + len(rows) * _ROW + 6, about)


def queues(
    rows: Sequence[tuple[str, Sequence[float]]], title: str, ends: tuple[str, str], about: str = ""
) -> str:
    """One line of cells per team: the darker, the longer the queue in that part of the time."""
    most = max([max(values, default=0) for _label_, values in rows], default=0)
    parts = []
    for number, (label, values) in enumerate(rows):
        y = _TOP + number * _ROW
        parts.append(_label(label, y))
        for place, value in enumerate(values):
            x = _LABEL + place * _CELL
            parts.append(
                f'<rect class="heat-{heat_of(value, most)}" x="{x:g}" y="{y + 2:g}" width="{_CELL - 1:g}" '
                f'height="{_ROW - 4:g}"><title>{escape(label)}: {value:.2f}</title></rect>'
            )
        peak = max(values, default=0)
        parts.append(f'<text x="{_LABEL + len(values) * _CELL + 10:g}" y="{y + 15:g}">{peak:.2f}</text>')
    count = len(rows[0][1]) if rows else 0
    below = _TOP + len(rows) * _ROW + 16
    parts.append(f'<text class="quiet" x="{_LABEL:g}" y="{below:g}">{escape(ends[0])}</text>')
    right = _LABEL + count * _CELL
    parts.append(f'<text class="quiet" x="{right:g}" y="{below:g}" text-anchor="end">{escape(ends[1])}</text>')
    return _svg("".join(parts), title, right + 80, below + 8, about)


def curve(
    shares: Sequence[float], limit: float | None, title: str, ends: tuple[str, str], limit_text: str, about: str = ""
) -> str:
    """Which share of cases has got there by when: ``shares`` are the values at even steps from 0 to 100 %."""
    high, left, width = 150.0, 44.0, 560.0
    most = max(shares[-2] if len(shares) > 2 else shares[-1], limit or 0, 1e-9) * 1.05
    points = [
        (left + min(value / most, 1) * width, _TOP + high * (1 - place / (len(shares) - 1)))
        for place, value in enumerate(shares)
    ]
    parts = []
    for share in (0, 0.5, 1):
        y = _TOP + high * (1 - share)
        parts.append(f'<line class="grid" x1="{left:g}" x2="{left + width:g}" y1="{y:g}" y2="{y:g}"/>')
        parts.append(f'<text class="quiet" x="{left - 6:g}" y="{y + 4:g}" text-anchor="end">{share:.0%}</text>')
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    parts.append(f'<polyline class="line" points="{line}"/>')
    if limit is not None:
        x = left + limit / most * width
        parts.append(f'<line class="limit" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP:g}" y2="{_TOP + high:g}"/>')
        parts.append(f'<text class="quiet" x="{x + 5:.1f}" y="{_TOP + 12:g}">{escape(limit_text)}</text>')
    below = _TOP + high + 18
    parts.append(f'<text class="quiet" x="{left:g}" y="{below:g}">{escape(ends[0])}</text>')
    parts.append(f'<text class="quiet" x="{left + width:g}" y="{below:g}" text-anchor="end">{escape(ends[1])}</text>')
    return _svg("".join(parts), title, left + width + 90, below + 8, about)


def curve_end(shares: Sequence[float], limit: float | None) -> float:
    """The value at the right end of a curve."""
    return max(shares[-2] if len(shares) > 2 else shares[-1], limit or 0, 1e-9) * 1.05


def _range(row: Bar, y: float, place: object) -> str:
    if row.low is None or row.high is None or not callable(place):
        return ""
    left, right, middle = place(row.low), place(row.high), y + _ROW / 2
    return (
        f'<line class="range" x1="{left:.1f}" x2="{right:.1f}" y1="{middle:g}" y2="{middle:g}"/>'
        f'<line class="range" x1="{left:.1f}" x2="{left:.1f}" y1="{middle - 4:g}" y2="{middle + 4:g}"/>'
        f'<line class="range" x1="{right:.1f}" x2="{right:.1f}" y1="{middle - 4:g}" y2="{middle + 4:g}"/>'
    )


def _label(text: str, y: float) -> str:
    shown = text if _wide(text) <= _LABEL - 12 else _cut(text)
    inside = f"{escape(shown)}<title>{escape(text)}</title>"
    return f'<text x="{_LABEL - 10:g}" y="{y + 15:g}" text-anchor="end">{inside}</text>'


def _wide(text: str) -> float:
    return sum(13.0 if character > "\u2e80" else 8.0 for character in text)


def _cut(text: str) -> str:
    while text and _wide(text) > _LABEL - 24:
        text = text[:-1]
    return text + "…"


def _svg(inside: str, title: str, width: float, height: float, about: str) -> str:
    """``about``: what it shows, in a sentence, for those who cannot see it."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="rehearsal-chart" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}" role="img" aria-label="{escape(title)}. {escape(about)}" '
        f'font-family="sans-serif" font-size="13"><title>{escape(title)}</title><desc>{escape(about)}</desc>'
        f'<text class="name" x="0" y="14">{escape(title)}</text>{inside}</svg>'
    )
