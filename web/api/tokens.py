"""Which workers there are: their topics, and the SHA-256 of their tokens, from the TOML file ``worker_tokens_file``::

    [worker.weather]
    token_sha256 = "9f86d081…"      # 64 hexadecimal digits; liandong worker token prints them
    topics = ["forecast", "warning"]

Tokens are 256 random bits, so a plain hash is as hard to turn back as a slow one. The file is read again when it
changes: a worker taken out of it is refused from then on.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import threading
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workflow_engine import Actor, SettingsError

TOKEN_PREFIX = "liandong_"  # noqa: S105 - the beginning of every token, so that scanners for lost secrets know it
LONGEST_TOPIC = 150
LONGEST_TOKEN = 200
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_KEYS = frozenset({"token_sha256", "topics"})
_Stamp = tuple[int, int, int] | None


@dataclass(frozen=True, slots=True)
class OutsideWorker:
    """A program outside that does jobs of some topics."""

    name: str
    token_sha256: str
    topics: frozenset[str]

    @property
    def actor(self) -> Actor:
        """The worker as the engine and the record know it; it may do jobs and nothing else."""
        return Actor(f"worker:{self.name}", permissions=frozenset({"job.work"}))


class OutsideWorkers:
    """The workers of one file; safe to use from many threads. Without a file nobody is let in.

    Raises:
        SettingsError: the file cannot be used; at the start, and whenever it has changed.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._stamp: _Stamp = None
        self._workers: tuple[OutsideWorker, ...] = ()
        self._current()

    def find(self, token: str) -> OutsideWorker | None:
        """Whose token this is; all are compared, each in constant time."""
        if len(token) > LONGEST_TOKEN:
            return None
        digest = token_sha256(token)
        found = None
        for worker in self._current():
            if hmac.compare_digest(worker.token_sha256, digest):
                found = worker
        return found

    def _current(self) -> tuple[OutsideWorker, ...]:
        if self._path is None:
            return ()
        with self._lock:
            stamp = _stamp(self._path)
            if stamp is None or stamp != self._stamp:
                self._stamp = None  # a file that cannot be used now is looked at again next time
                self._workers = read_workers(self._path)
                self._stamp = stamp
            return self._workers


def new_token() -> str:
    """A fresh token."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def token_sha256(token: str) -> str:
    """What is kept of a token: 64 hexadecimal digits."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def toml_lines(name: str, topics: Sequence[str], digest: str) -> list[str]:
    """The lines to add to the file.

    Raises:
        SettingsError: the name or a topic cannot stand there.
    """
    listed = list(dict.fromkeys(topics))
    _worker(name, {"token_sha256": digest, "topics": listed})
    return [f"[worker.{name}]", f'token_sha256 = "{digest}"', f"topics = {json.dumps(listed, ensure_ascii=False)}"]


def read_workers(path: Path) -> tuple[OutsideWorker, ...]:
    """The workers of a file, checked in full. Raises SettingsError."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"Expected worker_tokens_file to be a readable TOML file, but: {error}.") from error
    tables = content.pop("worker", {})
    if content or not isinstance(tables, dict):
        raise SettingsError(f"Expected only tables [worker.NAME] in {path.name}, but found {', '.join(content)}.")
    workers = tuple(_worker(name, table) for name, table in tables.items())
    if len({worker.token_sha256 for worker in workers}) != len(workers):
        raise SettingsError(f"Expected another token for each worker in {path.name}, but two share one.")
    return workers


def _worker(name: str, table: Any) -> OutsideWorker:
    where = f"[worker.{name}]"
    if not _NAME.fullmatch(name):
        raise SettingsError(f"Expected a worker's name of lower-case letters, digits, - and _, but got {name!r}.")
    if not isinstance(table, Mapping) or set(table) != _KEYS:
        raise SettingsError(f"Expected token_sha256 and topics in {where}, and nothing else.")
    digest, topics = table["token_sha256"], table["topics"]
    if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
        raise SettingsError(f"Expected token_sha256 of {where} to be 64 lower-case hexadecimal digits.")
    if not isinstance(topics, list) or not topics or not all(map(_is_topic, topics)):
        raise SettingsError(f"Expected topics of {where} to be a list of texts of 1 to {LONGEST_TOPIC} characters.")
    return OutsideWorker(name, digest, frozenset(topics))


def _is_topic(topic: Any) -> bool:
    return isinstance(topic, str) and 0 < len(topic) <= LONGEST_TOPIC and topic.isprintable()


def _stamp(path: Path) -> _Stamp:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
