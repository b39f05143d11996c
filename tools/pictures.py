"""Takes the pictures of the documentation anew: the demo city on a port of its own, main pages at 1440 by 900.

Run by ``tools/project.py pictures``, with the project's own Python: it needs Playwright and a Chromium.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "pictures"
CASE = "{case}"
BALLOT = "{ballot}"
PICTURES = (
    ("inbox", "user:lin_yue", "en-GB", "/inbox?queue=offered"),
    ("task", "user:lin_yue", "en-GB", "{task}"),
    ("case", "user:wang_haichuan", "en-GB", f"/cases/{CASE}"),
    ("replay", "user:qin_song", "en-GB", f"/cases/{CASE}/replay"),
    ("analysis", "user:qin_song", "en-GB", "/analysis"),
    ("decision", "user:jiang_fan", "zh-CN", BALLOT),
    ("models", "user:jiang_fan", "en-GB", "/models"),
    ("organisation", "user:jiang_fan", "zh-CN", "/organisation"),
    ("portal", None, "zh-CN", "/portal"),
)
"""Name of the picture, who looks (None: anybody), in which language, where."""
LONGEST_START_SECONDS = 120.0


def main() -> int:
    """Take every picture; 2 when the machine lacks what it takes."""
    chromium = os.environ.get("LIANDONG_CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        print("Expected a Chromium on this machine: install the package chromium.", file=sys.stderr)
        return 2
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="liandong-pictures-") as folder:
        server, url = _start(Path(folder))
        try:
            _take_all(chromium, url)
        finally:
            server.terminate()
            server.wait()
    return 0


def _start(folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    settings = {
        "LIANDONG_DATABASE_URL": f"sqlite:///{folder / 'demo.sqlite3'}", "LIANDONG_PORT": str(port),
        "LIANDONG_SESSION_FILE": str(folder / "sessions.db"), "LIANDONG_SECRET_KEY_FILE": str(folder / "secret.key"),
    }  # fmt: skip
    program = Path(sys.executable).with_name("liandong")
    server = subprocess.Popen([program, "serve", "--demo"], cwd=folder, env={**os.environ, **settings},
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    ends = time.monotonic() + LONGEST_START_SECONDS
    while time.monotonic() < ends and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2):  # noqa: S310 - our own address
                return server, url
        except OSError:
            time.sleep(0.5)
    server.kill()
    raise SystemExit("Expected the demo to start, but it did not.")


def _take_all(chromium: str, url: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        places = {"case": "", "task": ""}
        for name, person, language, path in PICTURES:
            context = browser.new_context(locale=language, viewport={"width": 1440, "height": 900})
            page = context.new_page()
            if person is not None:
                page.goto(f"{url}/sign-in")
                page.locator(f'button[value="{person}"]').click()
                page.wait_for_load_state()
            if not places["case"]:
                places = _find_places(page, url)
            if path == BALLOT:
                path = _find_ballot(page, url)
            page.goto(url + path.replace(CASE, places["case"]).replace("{task}", places["task"]))
            page.wait_for_load_state("networkidle" if name in ("case", "task", "models") else "load")
            page.wait_for_timeout(2_000)  # drawings and fonts
            page.screenshot(path=FOLDER / f"{name}.png")
            print(f"docs/pictures/{name}.png", flush=True)
            context.close()
        browser.close()


def _find_places(page: Page, url: str) -> dict[str, str]:
    """The case with the longest story, and a task that the person could take."""
    page.goto(f"{url}/cases")
    cases = re.findall(r"/cases/([0-9a-f]{32})", page.content())
    page.goto(f"{url}/inbox?queue=offered")
    tasks = re.findall(r"/tasks/[0-9a-f]{32}\.\d+", page.content())
    if not cases or not tasks:
        raise SystemExit("Expected the demo to have cases and tasks, but found none.")
    return {"case": cases[-1], "task": tasks[0]}


def _find_ballot(page: Page, url: str) -> str:
    """The page of the first ballot that is open."""
    page.goto(f"{url}/decisions")
    found = page.locator("#lists a.line-title")
    if not found.count():
        raise SystemExit("Expected the demo to have a ballot, but found none.")
    return str(found.last.get_attribute("href"))


if __name__ == "__main__":
    sys.exit(main())
