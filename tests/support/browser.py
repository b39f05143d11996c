"""Where the machine's Chromium is, and how tests start it."""

from __future__ import annotations

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)


def find_chromium() -> str | None:
    """The path of a Chromium: LIANDONG_CHROMIUM, else the first one on the PATH."""
    named = os.environ.get("LIANDONG_CHROMIUM")
    if named:
        return named
    return next((path for name in NAMES if (path := shutil.which(name))), None)
