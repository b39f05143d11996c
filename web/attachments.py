"""Files put to cases: the names they come with, and how they are given out, on pages and to programs."""

from __future__ import annotations

import unicodedata

from flask import Response, send_file

from web.context import engine
from workflow_engine import AttachmentRow, NoticeFileRow, file_suffix

LONGEST_NAME = 150


def plain_name(name: str) -> str:
    """The name somebody gave, without folders and characters that no file name has."""
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = "".join(" " if unicodedata.category(letter)[0] == "C" or letter in '<>:"|?*' else letter for letter in last)
    return " ".join(plain.split()).lstrip(".")[:LONGEST_NAME] or "file"


def given_out(row: AttachmentRow | NoticeFileRow) -> Response:
    """The file as a download, never to be shown in a page's place."""
    suffix = file_suffix(row.media_type)
    name = row.name if row.name.lower().endswith(suffix) else row.name + suffix
    answer = send_file(
        engine().files.open(row.digest), mimetype=row.media_type, as_attachment=True, download_name=name, etag=False,
        max_age=0,
    )  # fmt: skip
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer
