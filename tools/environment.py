"""The project's own Python environment: uv, ``.venv`` and what is installed into it.

Standard library only: this runs on a fresh machine before anything is installed.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
TOOLS = ROOT / ".tools"
REQUIREMENTS = ROOT / "requirements"
STAMP = VENV / "installed.json"
LEVELS = ("run", "all")
"""``run`` holds what the product needs, ``all`` also what its tests need."""


class SetupError(Exception):
    """Set-up cannot go on; the message says what is missing and what to do."""


def say(message: str) -> None:
    """Print a line of progress to stderr."""
    print(f"· {message}", file=sys.stderr, flush=True)


def call(command: Sequence[str | Path], what: str, env: dict[str, str] | None = None, cwd: Path = ROOT) -> None:
    """Run ``command``; raises SetupError with its last output when it fails."""
    done = subprocess.run([str(part) for part in command], cwd=cwd, env=env, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        tail = "\n".join(done.stdout.splitlines()[-15:])
        raise SetupError(f"Expected to {what}, but `{' '.join(map(str, command[:4]))} …` ended with "
                         f"exit code {done.returncode}:\n{tail}")


def uv_environment() -> dict[str, str]:
    """The environment for uv: never a downloaded Python, never another project's settings."""
    return {**os.environ, "UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1", "UV_NO_CONFIG": "1",
            "VIRTUAL_ENV": str(VENV)}


@contextmanager
def only_one_setup() -> Iterator[None]:
    """Hold a file lock, so that two set-ups started together do not write into each other."""
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / "setup.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def ensure_environment(level: str) -> None:
    """Make ``.venv`` hold exactly the locked packages of ``level`` (``run`` or ``all``), or more."""
    require_python()
    with only_one_setup():
        wanted = max(level, _installed_level(), key=LEVELS.index)
        if _is_current(wanted):
            return
        uv = find_uv() or install_uv()
        _make_venv(uv)
        say(f"installing the locked packages ({wanted}) into .venv")
        call([uv, "pip", "sync", "--python", PYTHON, "--compile-bytecode", "--require-hashes",
              REQUIREMENTS / f"{wanted}.lock"],
             "install the locked packages", uv_environment())
        call([uv, "pip", "install", "--python", PYTHON, "--no-deps", "--no-build-isolation", "--editable", ROOT],
             "install the project itself", uv_environment())
        STAMP.write_text(json.dumps({"level": wanted, "digest": _digest(wanted)}))


def require_python() -> None:
    """Raise SetupError unless this Python is 3.11 or newer."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this file is what finds it out
        raise SetupError(f"Expected Python 3.11 or newer, but {sys.executable} is {sys.version.split()[0]}. "
                         "Install a newer one and say which: make PYTHON=python3.12 …")


def find_uv() -> Path | None:
    """The uv of the locked version in ``.tools``, if it is there."""
    uv = TOOLS / "bin" / "uv"
    if not uv.exists():
        return None
    version = subprocess.run([uv, "--version"], capture_output=True, text=True, check=False).stdout
    return uv if _locked_uv_version() in version.split() else None


def install_uv() -> Path:
    """Install uv into ``.tools`` with pip, which PEP 668 allows because nothing of the system changes."""
    pip = [sys.executable, "-m", "pip"]
    if subprocess.run([*pip, "--version"], capture_output=True, check=False).returncode:
        return _uv_without_pip()
    say("installing uv into .tools")
    call([*pip, "install", "--quiet", "--upgrade", "--disable-pip-version-check", "--no-warn-script-location",
          "--root-user-action=ignore", "--require-hashes", "--no-deps", "--target", TOOLS,
          "-r", REQUIREMENTS / "uv.lock"], "install uv into .tools")
    return TOOLS / "bin" / "uv"


def _uv_without_pip() -> Path:
    found = shutil.which("uv")
    if found:
        say(f"this Python has no pip; using {found}")
        return Path(found)
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say("this Python has no pip; installing Debian's python3-pip")
        call(["apt-get", "update", "-qq"], "read the package lists")
        call(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "python3-pip"], "install python3-pip")
        if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0:
            return install_uv()
    raise SetupError("Expected pip or uv on this machine, but found neither. "
                     "Run as root: apt-get install python3-pip")


def _make_venv(uv: Path) -> None:
    working = PYTHON.exists() and subprocess.run(
        [PYTHON, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"],
        capture_output=True, check=False).returncode == 0
    if not working:
        say("making .venv")
        call([uv, "venv", "--quiet", "--clear", "--python", sys.executable, VENV], "make .venv", uv_environment())


def _locked_uv_version() -> str:
    return (REQUIREMENTS / "uv.in").read_text().strip().removeprefix("uv==")


def _digest(level: str) -> str:
    """What the installation depends on: the lock file and the parts of pyproject.toml that describe the package."""
    import tomllib  # Here, so that an older Python gets as far as the message of require_python.

    content = tomllib.loads((ROOT / "pyproject.toml").read_text())
    parts = [content["project"], content["build-system"], content["tool"]["hatch"]]
    digest = hashlib.sha256((REQUIREMENTS / f"{level}.lock").read_bytes())
    digest.update(json.dumps(parts, sort_keys=True).encode())
    return digest.hexdigest()


def _stamp() -> dict[str, str]:
    try:
        stamp: dict[str, str] = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return stamp


def _installed_level() -> str:
    level = _stamp().get("level", "run")
    return level if level in LEVELS else "run"


def _is_current(level: str) -> bool:
    return PYTHON.exists() and _stamp() == {"level": level, "digest": _digest(level)}


def ensure_mining() -> None:
    """Make ``.tools/pm4py`` hold pm4py as locked: a program for one test, apart from the product's own environment."""
    target = TOOLS / "pm4py"
    with only_one_setup():
        uv = find_uv() or install_uv()
        say("installing pm4py into .tools/pm4py")
        call([uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, target], "make an environment",
             uv_environment())
        call([uv, "pip", "sync", "--quiet", "--python", target / "bin" / "python", "--require-hashes",
              REQUIREMENTS / "mining.lock"], "install pm4py", uv_environment())


def lock() -> None:
    """Write the lock files anew from pyproject.toml; already locked versions stay where they may."""
    with only_one_setup():
        uv = find_uv() or install_uv()
        common = ["--universal", "--python-version", "3.11", "--generate-hashes", "--quiet",
                  "--custom-compile-command", "python3 tools/project.py lock"]
        project: list[str | Path] = [ROOT / "pyproject.toml", "--all-extras", "--group", "build"]
        every = REQUIREMENTS / "all.lock"
        jobs: list[tuple[str, list[str | Path]]] = [
            ("all", [*project, "--group", "dev"]),
            ("run", [*project, "--constraint", every]),
            ("uv", [REQUIREMENTS / "uv.in"]),
            ("node", [REQUIREMENTS / "node.in"]),
            ("mining", [REQUIREMENTS / "mining.in"]),
        ]
        for name, sources in jobs:
            say(f"locking requirements/{name}.lock")
            relative = [part.relative_to(ROOT) if isinstance(part, Path) else part for part in sources]
            call([uv, "pip", "compile", *relative, *common, "--output-file", f"requirements/{name}.lock"],
                 f"lock {name}", uv_environment())
