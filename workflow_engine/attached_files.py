"""Contents of attached files: by their digest, in a folder that no web server serves.

A file is kept before the command that names it commits, so that no record names a content that is not there; what no
case names any more is swept away. A name that a person typed never becomes part of a path.
"""

from __future__ import annotations

import os
import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from time import time
from typing import IO, BinaryIO

from workflow_engine.domain.errors import NotFoundError, RejectedError

LARGEST = 20_000_000
_DIGEST = re.compile(r"[0-9a-f]{64}")
_CHUNK = 1 << 16
_YOUNG_SECONDS = 86_400.0
_MOST_ENTRIES = 5_000
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
_INSIDE_ZIP = (
    ("word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ("OFD.xml", "application/ofd"),
)
_MACROS = ("vbaproject.bin", "/activex/", "/embeddings/")
_TEXT = re.compile(rb"[\t\n\r\x20-\x7e\x80-\xff]*")
_MARKUP = re.compile(
    rb"<\s*(!doctype|html|script|svg|\?xml|iframe|object|embed|body|head|meta|link|xsl)", re.IGNORECASE
)

SUFFIXES: dict[str, str] = {
    "application/pdf": ".pdf",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "application/ofd": ".ofd",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/vnd.oasis.opendocument.presentation": ".odp",
    "text/plain": ".txt",
}
"""Kinds of files that are taken, with the ending under which they are given out."""


def file_suffix(media_type: str) -> str:
    """The ending under which files of this kind are given out."""
    return SUFFIXES.get(media_type, ".bin")


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A content that is kept."""

    digest: str
    size: int
    media_type: str


class AttachedFiles:
    """The folder of contents; safe to use from many threads and processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, source: IO[bytes]) -> KeptFile:
        """Keep what the stream holds.

        Raises:
            RejectedError: it is empty, too large, or of a kind that is not taken.
        """
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(prefix="new-", dir=self._folder)
        try:
            with os.fdopen(handle, "w+b") as file:
                digest, size = _copy(source, file)
                file.flush()
                os.fsync(file.fileno())
                file.seek(0)
                media_type = media_type_of(file)
            place = self._place(digest)
            place.parent.mkdir(exist_ok=True, mode=0o700)
            os.replace(name, place)  # the same content again has the same name
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        return KeptFile(digest, size, media_type)

    def open(self, digest: str) -> BinaryIO:
        """The content for reading. Raises NotFoundError when it is erased or never was."""
        try:
            return self._place(digest).open("rb")
        except OSError as error:
            raise NotFoundError("Expected the content of a file, but it is not kept any more.") from error

    def sweep(self, wanted: Iterable[str]) -> int:
        """Delete every content that no case names, unless it came within the last day; returns how many went."""
        keep, gone = set(wanted), 0
        latest = time() - _YOUNG_SECONDS
        for place in self._folder.glob("*/*"):
            if place.name not in keep and place.stat().st_mtime < latest:
                place.unlink(missing_ok=True)
                gone += 1
        for left in self._folder.glob("new-*"):
            if left.stat().st_mtime < latest:
                left.unlink(missing_ok=True)
        return gone

    def erase(self, digest: str) -> None:
        """Delete one content now; nothing happens when it is not there."""
        self._place(digest).unlink(missing_ok=True)

    def places(self) -> Iterator[Path]:
        """Where the contents lie, for whoever searches them all."""
        return (place for place in sorted(self._folder.glob("*/*")) if place.is_file())

    def _place(self, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise NotFoundError(f"Expected the digest of a file, but got {digest[:80]!r}.")
        return self._folder / digest[:2] / digest


def media_type_of(file: IO[bytes]) -> str:
    """What a file is, by its content; what it is called or said to be does not count.

    Raises:
        RejectedError: it is nothing that is taken: programs, pages, drawings with scripts, documents with macros.
    """
    head = file.read(4096)
    for signature, media_type in _SIGNATURES:
        if head.startswith(signature):
            return media_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head.startswith(b"PK\x03\x04"):
        found = _in_zip(file)
        if found is not None:
            return found
    elif _is_plain_text(head, file):
        return "text/plain"
    raise RejectedError(
        "Expected a PDF, OFD, image, plain text, or a document without macros, but the content is something else.",
        field="file",
    )


def _copy(source: IO[bytes], file: IO[bytes]) -> tuple[str, int]:
    digest, size = sha256(), 0
    while chunk := source.read(_CHUNK):
        size += len(chunk)
        if size > LARGEST:
            most = LARGEST // 1_000_000
            raise RejectedError(f"Expected a file of at most {most} MB, but it is larger.", field="file")
        digest.update(chunk)
        file.write(chunk)
    if size == 0:
        raise RejectedError("Expected a file, but it is empty.", field="file")
    return digest.hexdigest(), size


def _in_zip(file: IO[bytes]) -> str | None:
    """The kind of document that a ZIP archive is; None for other archives."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            if len(names) > _MOST_ENTRIES or any(mark in name.lower() for name in names for mark in _MACROS):
                return None
            if names[:1] == ["mimetype"] and archive.getinfo("mimetype").file_size < 100:
                declared = archive.read("mimetype").decode("ascii", "replace")
                return declared if declared in SUFFIXES and "opendocument" in declared else None
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError):
        return None
    is_office = "[Content_Types].xml" in names
    for start, media_type in _INSIDE_ZIP:
        if any(name.startswith(start) for name in names) and (is_office or start == "OFD.xml"):
            return media_type
    return None


def _is_plain_text(head: bytes, file: IO[bytes]) -> bool:
    file.seek(0)
    while chunk := file.read(_CHUNK):
        if not _TEXT.fullmatch(chunk) or _MARKUP.search(chunk):
            return False
    return bool(head)
