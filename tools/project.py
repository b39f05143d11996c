"""Set up, run, test and check the project: ``python3 tools/project.py COMMAND``.

The Makefile calls this file; where ``make`` is missing, call it directly. Standard library only.

setup        make .venv and the front-end bundles
run          set up, then start everything on http://127.0.0.1:8080 with demo content; data stay in var/
test         set up, install what the tests need, run the suite but its slow part (more words go to pytest)
test-slow    the slow part: sweeps over what the suite checks by examples
test-faults  the long run of the fault tests, with its figures
bench        the benchmarks, printing ratios
lint         ruff, mypy and the layer rules
lock         write the Python lock files anew from pyproject.toml
pictures     take the pictures of the documentation anew
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from environment import PYTHON, ROOT, VENV, SetupError, ensure_environment, ensure_mining, lock, say
from frontend import ensure_frontend
from machine import ensure_test_packages

LONG_FAULT_RUN_KILLS = "2000"


def setup(words: list[str]) -> int:
    """Make ``.venv`` with everything a developer needs, and the front-end bundles."""
    ensure_environment("all")
    ensure_frontend()
    say("ready: .venv/bin/liandong")
    return 0


def run(words: list[str]) -> int:
    """Start the product with its demo content; further words go to ``liandong serve``."""
    ensure_environment("run")
    ensure_frontend()
    program = str(VENV / "bin" / "liandong")
    os.chdir(ROOT)
    os.execv(program, [program, "serve", "--demo", *words])  # noqa: S606 - the server takes this process over


def test(words: list[str]) -> int:
    """Run the suite without its slow part; pytest's exit code is the answer."""
    return _suite("not slow", words)


def test_slow(words: list[str]) -> int:
    """Run what ``test`` leaves out; pytest's exit code is the answer."""
    return _suite("slow", words)


def test_faults(words: list[str]) -> int:
    """Run the fault tests at full length (the number of kills comes from LIANDONG_FAULT_KILLS)."""
    ensure_environment("all")
    ensure_frontend()
    ensure_test_packages()
    os.environ.setdefault("LIANDONG_FAULT_KILLS", LONG_FAULT_RUN_KILLS)
    return _pytest(["-s", "-m", "faults", "tests/faults", *words])


def bench(words: list[str]) -> int:
    """Run the benchmarks; further words go to them."""
    ensure_environment("all")
    return _python(["-m", "bench", *words])


def lint(words: list[str]) -> int:
    """Run every check, even after one has failed; 1 if any did."""
    ensure_environment("all")
    programs = VENV / "bin"
    checks: list[list[str | Path]] = [
        [programs / "ruff", "check", "."],
        [programs / "mypy"],
        [programs / "lint-imports", "--no-cache"],
    ]
    failed = [Path(check[0]).name for check in checks if subprocess.call(check, cwd=ROOT)]
    if failed:
        say(f"lint: {', '.join(failed)} found problems")
    return int(bool(failed))


def write_locks(words: list[str]) -> int:
    """Lock the Python packages anew; the front end's lock follows from ``npm install``."""
    lock()
    return 0


def mining(words: list[str]) -> int:
    """Install pm4py, with which one test reads exported event logs, apart from everything else."""
    ensure_mining()
    return 0


def pictures(words: list[str]) -> int:
    """Take the pictures of the documentation anew."""
    ensure_environment("all")
    ensure_frontend()
    ensure_test_packages()
    return _python([str(ROOT / "tools" / "pictures.py"), *words])


def _suite(marked: str, words: list[str]) -> int:
    ensure_environment("all")
    ensure_frontend()
    ensure_test_packages()
    # One worker more than processors: some test always waits for a browser, a database or a clock.
    workers = os.environ.get("LIANDONG_TEST_WORKERS") or str((os.cpu_count() or 1) + 1)
    return _pytest(["-n", workers, "--dist", "worksteal", "-m", marked, *words])


def _pytest(words: list[str]) -> int:
    return _python(["-m", "pytest", *words])


def _python(words: list[str]) -> int:
    # The tests start the program some hundred times: it must not compile its modules each time.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.call([PYTHON, *words], cwd=ROOT, stdin=subprocess.DEVNULL, env=environment)


COMMANDS = {
    "setup": setup, "run": run, "test": test, "test-slow": test_slow, "test-faults": test_faults, "bench": bench,
    "lint": lint, "lock": write_locks, "mining": mining, "pictures": pictures,
}


def main() -> int:
    """Do what the first word says; 2 when it is no command or set-up cannot go on."""
    words = sys.argv[1:]
    if not words or words[0] not in COMMANDS:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        return COMMANDS[words[0]](words[1:])
    except SetupError as problem:
        print(problem, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
