"""Files of a model as a browser sends them: single ones, several, or a folder with its sub-folders."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from flask import Response, request

MOST_FILES = 60
LONGEST_NAME = 200
_LEFT_OUT = ("readme", "license", "changelog")
_FOLDERS_LEFT_OUT = frozenset({"scenarios", "alerts"})
_TAKEN = (".bpmn", ".bpmn2", ".xml", ".dmn", ".json", ".form")


def uploaded(field: str = "files") -> dict[str, bytes]:
    """The files by the name they are deployed under.

    Folders of a process are laid out as ``forms/`` and ``messages/``: forms go by their own name, texts as
    ``messages_zh.json``. Scenarios, alerts and texts about the process are no part of a version.
    """
    uploads = [upload for upload in request.files.getlist(field)[:MOST_FILES] if upload.filename]
    paths = request.form.getlist("paths")  # A dropped folder's files carry their path beside them.
    files: dict[str, bytes] = {}
    for number, upload in enumerate(uploads):
        name = deployed_name(paths[number] if len(paths) == len(uploads) else upload.filename or "")
        if name is not None:
            files[name] = upload.read()
    return files


def deployed_name(path: str) -> str | None:
    """Under which name a file is deployed; None when it is left out."""
    parts = [part for part in path.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    if not parts or parts[-1].startswith("."):
        return None
    *folders, name = parts
    lower = name.lower()
    is_beside = not lower.endswith(_TAKEN) or lower.startswith(_LEFT_OUT)
    if folders and (is_beside or not _FOLDERS_LEFT_OUT.isdisjoint(folders)):
        return None
    if folders and folders[-1] == "messages" and not lower.startswith("messages"):
        name = f"messages_{name}"
    return name[:LONGEST_NAME]


def zipped(files: Mapping[str, bytes], file_name: str) -> Response:
    """The files as one archive to download; the same files give the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name), files[name])
    answer = Response(packed.getvalue(), mimetype="application/zip")
    answer.headers.set("Content-Disposition", "attachment", filename=file_name)
    return answer
