"""Conditions and formulas of indicators; part of ``recompute_indicators``, standard library only."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Any

Facts = dict[str, Any]


_WORD = re.compile(r'"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|<=|>=|!=|[=<>(),]|[a-z][a-z0-9_]*')


def holds(source: str, facts: Facts) -> bool:  # noqa: C901 - one small grammar, read in one place
    """Whether a condition is true; what cannot be said is not."""
    words = _WORD.findall(source)

    def value(word: str) -> Any:
        if word[0] == '"':
            return re.sub(r"\\(.)", r"\1", word[1:-1])
        if word in ("true", "false", "null"):
            return {"true": True, "false": False, "null": None}[word]
        if word[0].isdigit() or word[0] == "-":
            return float(word) if "." in word else int(word)
        return facts.get(word)

    def group(join: str, part: Callable[[], bool | None]) -> bool | None:
        found = [part()]
        while words and words[0] == join:
            words.pop(0)
            found.append(part())
        strong = join == "or"
        return strong if strong in found else None if None in found else not strong

    def either() -> bool | None:
        return group("or", lambda: group("and", one))

    def bracketed() -> bool | None:
        words.pop(0)
        found = either()
        words.pop(0)
        return found

    def one() -> bool | None:
        if words[0] == "(":
            return bracketed()
        if words[0] == "not":
            words.pop(0)
            found = bracketed()
            return None if found is None else not found
        if words[:2] == ["list", "contains"]:
            listed, wanted = facts.get(words[3]), value(words[5])
            del words[:7]
            return wanted in listed if isinstance(listed, list) else None
        left = value(words.pop(0))
        if words and words[0] == "in":
            close = words.index(")")
            wanted, words[: close + 1] = [value(word) for word in words[2:close] if word != ","], []
            return any(compare("=", left, each) for each in wanted)
        if words and words[0] in ("=", "!=", "<", "<=", ">", ">="):
            operator = words.pop(0)
            return compare(operator, left, value(words.pop(0)))
        return left if isinstance(left, bool) else None

    return either() is True


def compare(operator: str, a: Any, b: Any) -> bool | None:
    """As FEEL compares: unknown with anything but ``=`` and ``!=`` is unknown."""
    number = [isinstance(x, (int, float)) and not isinstance(x, bool) for x in (a, b)]
    if operator in ("=", "!="):
        if a is None or b is None:
            return (a is b) == (operator == "=")
        return None if not all(number) and type(a) is not type(b) else (a == b) == (operator == "=")
    if not all(number) and not (isinstance(a, str) and isinstance(b, str)):
        return None
    return bool({"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[operator])


def measured(text: str, facts: Facts) -> int | None:
    """A fact, or the difference of two."""
    parts = [facts.get(name) for name in text.split(" - ")]
    if any(not isinstance(part, int) or isinstance(part, bool) for part in parts):
        return None
    return parts[0] if len(parts) == 1 else parts[0] - parts[1]  # type: ignore[operator]


def bucket(seconds: int) -> Decimal:
    """Hours to three significant digits, never finer than a hundredth."""
    hours = Decimal(max(seconds, 0)) / 3600
    if hours < Decimal("0.01"):
        return Decimal(0)
    return hours.quantize(Decimal(1).scaleb(max(hours.adjusted() - 2, -2)), ROUND_HALF_EVEN)


def rounded(value: Fraction) -> float:
    """To two places, half to even."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return float(exact.quantize(Decimal("0.01"), ROUND_HALF_EVEN))


class Formula:
    """``100 * (a + b) / c / 2``, ``a - b`` or ``median(hours)``."""

    def __init__(self, text: str) -> None:
        text = text.replace(" ", "")
        self.median = text[7:-1] if text.startswith("median(") else ""
        self.scale, self.top, self.bottom = Fraction(1), "", ""
        if not self.median:
            times = re.match(r"(\d+(?:\.\d+)?)\*", text)
            if times:
                self.scale, text = Fraction(times[1]), text[times.end() :]
            parts = text.split("/")
            if len(parts) > 1 and parts[-1].replace(".", "").isdigit():
                self.scale /= Fraction(parts.pop())
            self.top, self.bottom = parts[0], parts[1] if len(parts) > 1 else ""

    def terms(self, text: str) -> list[tuple[int, str]]:
        return [(-1 if s == "-" else 1, n) for s, n in re.findall(r"([+-]?)([a-z][a-z0-9_]*)", text)]

    def apply(self, sums: dict[str, Fraction], spread: dict[Decimal, int]) -> tuple[Any, Any, Any]:
        """(numerator, denominator, value)."""
        if self.median:
            count, passed = sum(spread.values()), 0
            for hours in sorted(spread):
                passed += spread[hours]
                if passed * 2 >= count > 0:
                    return None, float(count), float(hours.quantize(Decimal("0.01"), ROUND_HALF_EVEN))
            return None, 0.0, None
        try:
            top = sum((s * sums[n] for s, n in self.terms(self.top)), Fraction(0))
        except KeyError:
            return None, self._bottom(sums), None
        if not self.bottom:
            return float(top), None, rounded(self.scale * top)
        bottom = self._bottom(sums)
        value = rounded(self.scale * top / Fraction(bottom)) if bottom else None
        return float(top), bottom, value

    def _bottom(self, sums: dict[str, Fraction]) -> float | None:
        if not self.bottom or any(n not in sums for _, n in self.terms(self.bottom)):
            return None
        return float(sum((s * sums[n] for s, n in self.terms(self.bottom)), Fraction(0)))
