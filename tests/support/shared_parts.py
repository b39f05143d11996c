"""What every test's application would make anew and alike: functions of its routes, and compiled templates.

Werkzeug compiles two functions for each of some 550 routes, and Jinja each template that a page draws on: together most
of what a test of a page costs. Neither holds anything of its application.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask
from jinja2 import FileSystemBytecodeCache
from werkzeug.routing import Rule

_BUILDERS: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}


class KnownRule(Rule):
    """A rule that takes its functions from where the same address has them already."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        defaults = tuple(sorted((self.defaults or {}).items()))
        key = (self.rule, tuple(self._trace), defaults, append_unknown)
        found = _BUILDERS.get(key)
        if found is None:
            found = _BUILDERS[key] = super()._compile_builder(append_unknown)
        return found


def share_parts(folder: Path) -> None:
    """From now on every application in this process compiles only what is new to it, or to those with this folder."""
    kept = folder / "templates"
    kept.mkdir(exist_ok=True)
    kind: Any = Flask
    kind.url_rule_class = KnownRule
    kind.jinja_options = {**kind.jinja_options, "bytecode_cache": FileSystemBytecodeCache(str(kept))}
