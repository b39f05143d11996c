"""Sandbox code that brings a script's results out as JSON text."""

from __future__ import annotations

from collections.abc import Mapping

_PACK = """
import json as __json, datetime as __dt, decimal as __dec
def __pack(v, path):
    t = type(v)
    if t is float and not -1e999 < v < 1e999:
        raise ValueError(path + " is " + str(v) + ", expected a finite number")
    if v is None or t is str or t is int or t is float or t is bool:
        return v
    if t is list or t is tuple:
        return [__pack(x, path + "[" + str(i) + "]") for i, x in enumerate(v)]
    if t is dict:
        for k in v:
            if not (k is None or type(k) is str or type(k) is int or type(k) is float or type(k) is bool):
                raise TypeError(path + " has the name " + str(k)[:80] + ", which is no text")
        return {k: __pack(x, path + "." + str(k)[:80]) for k, x in v.items()}
    if t is __dt.datetime:
        s = v.isoformat()
        return s[:-6] + "Z" if s.endswith("+00:00") else s
    if t is __dt.date or t is __dt.time:
        return v.isoformat()
    if t is __dt.timedelta:
        return __span(v)
    if t is __dec.Decimal:
        return str(v)
    raise TypeError(path + " is a value of type " + t.__name__ + ", expected JSON: text, numbers, lists, objects")
def __span(v):
    us = (v.days * 86400 + v.seconds) * 1000000 + v.microseconds
    sign = "-" if us < 0 else ""
    us = abs(us)
    s = str(us // 1000000) + ("." + ("%06d" % (us % 1000000)).rstrip("0") if us % 1000000 else "")
    return sign + "PT" + s + "S"
__out = {}
"""


def export_code(wanted: Mapping[str, bool]) -> str:
    """Lines behind the script whose last value is the JSON text of the wanted names; a False name may be unbound."""
    certain = ", ".join(f'"{name}": {name}' for name, sure in wanted.items() if sure)
    lines = [f"__out = {{{certain}}}"]
    for name, sure in wanted.items():
        if not sure:
            lines += ["try:", f' __out["{name}"] = {name}', "except NameError:", " pass"]
    return "\n".join([*lines, "__json.dumps(__out, allow_nan=False)"])


def pack_code(wanted: Mapping[str, bool]) -> str:
    """A second snippet for results that are not plain JSON: dates and decimals become text, the rest is refused."""
    lines = []
    for name in wanted:
        lines += ["try:", f' __out["{name}"] = __pack({name}, "{name}")', "except NameError:", " pass"]
    return _PACK + "\n".join([*lines, "__json.dumps(__out, allow_nan=False)"])
