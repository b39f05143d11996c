"""How a child process is asked to read uploaded files: nothing of the caller's environment, and little to import."""

from __future__ import annotations

import subprocess
import sys
from functools import lru_cache
from pathlib import Path

_ROOT = str(Path(__file__).resolve().parents[2])
# The package's own __init__ is the door to the whole engine; the child needs none of it and starts faster without.
_PROGRAM = """
import sys, types
from importlib import import_module
sys.path.insert(0, sys.argv[1])
sys.modules["workflow_engine"] = package = types.ModuleType("workflow_engine")
package.__path__ = [sys.argv[1] + "/workflow_engine"]
import_module(sys.argv[2]).main()
"""
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC", "PYTHONDONTWRITEBYTECODE": "1"}


_MOST_REMEMBERED = 64
_LARGEST_REMEMBERED = 128 * 1024


def ask_child(module: str, given: bytes, seconds: float) -> bytes:
    """What ``main`` of this module of the package answers to ``given`` in a process of its own.

    What is checked, then tried, then stored is the same file thrice: small requests that were answered are remembered.

    Raises:
        subprocess.TimeoutExpired: it took longer than ``seconds`` and was ended.
        subprocess.CalledProcessError: it ended with another status than 0, or by a signal (negative).
    """
    ask = _ask_once if len(given) <= _LARGEST_REMEMBERED else _ask
    return ask(module, given, seconds)


def _ask(module: str, given: bytes, seconds: float) -> bytes:
    command = [sys.executable, "-I", "-c", _PROGRAM, _ROOT, module]
    child = subprocess.run(
        command, input=given, capture_output=True, timeout=seconds, env=ENVIRONMENT, cwd="/", check=True
    )
    return child.stdout


_ask_once = lru_cache(maxsize=_MOST_REMEMBERED)(_ask)
