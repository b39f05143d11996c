"""Our own files for the browser, under an address that changes with their content, so that they may be kept for a year.

The version stands in the path (``/static/3f9ab12c/css/app.css``): relative ``import`` and ``url()`` inside the files
then carry it along without being rewritten.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, send_from_directory, url_for

FOLDER = Path(__file__).parent / "static"
YEAR_SECONDS = 365 * 24 * 3600

blueprint = Blueprint("static_files", __name__)


def static_version(folder: Path = FOLDER) -> str:
    """A short digest of every file below the folder."""
    digest = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(file.relative_to(folder).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:12]


def init_app(app: Flask) -> None:
    """Serve the files, and give templates ``static(path)``."""
    version = static_version()
    app.config["STATIC_VERSION"] = version
    app.register_blueprint(blueprint)
    app.jinja_env.globals["static"] = lambda path: url_for("static_files.file", version=version, path=path)


@blueprint.get("/static/<version>/<path:path>")
def file(version: str, path: str) -> Response:
    """One file; any version is answered with the present file, but only the present version may be cached."""
    from flask import current_app

    if any(part.startswith(".") for part in path.split("/")):
        abort(404)
    response = send_from_directory(FOLDER, path, conditional=True)
    if version == current_app.config["STATIC_VERSION"]:
        response.headers["Cache-Control"] = f"public, max-age={YEAR_SECONDS}, immutable"
    else:
        response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.get("/favicon.ico")
def favicon() -> Response:
    """The icon that browsers ask for by themselves."""
    response = send_from_directory(FOLDER, "icon.svg", mimetype="image/svg+xml")
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response
