"""Which files make one definition: a BPMN file by itself, or a folder as ``processes/<process_id>`` is laid out."""

from __future__ import annotations

from pathlib import Path

import click

from workflow_engine.domain.process_parameters import FILE_NAME as PARAMETERS

_MODELS = (".bpmn", ".bpmn2", ".bpmn20.xml", ".xml")
_TOP = (*_MODELS, ".dmn")
_FOLDERS = {"forms": "{name}", "messages": "messages_{name}"}
"""Sub-folder to the name under which its files are deployed; names in a definition are flat."""


def collect(path: Path) -> dict[str, bytes]:
    """Name to content of what is deployed together: the model, its decision tables, parameters, forms and texts.

    A file stands for itself. Of a folder, everything else (README, scenarios) is left out.

    Raises:
        click.UsageError: the path does not exist or cannot be read.
    """
    try:
        if path.is_file():
            return {path.name: path.read_bytes()}
        if not path.is_dir():
            raise click.UsageError(f"Expected a file or folder {path}, but there is none.")
        found = {item.name: item.read_bytes() for item in _files(path) if _is_top(item.name)}
        for folder, pattern in _FOLDERS.items():
            for item in _files(path / folder):
                if item.suffix in (".json", ".form"):
                    found[pattern.format(name=item.name)] = item.read_bytes()
    except OSError as error:
        raise click.UsageError(f"Expected to read {path}, but: {error.strerror}.") from error
    return found


def _files(folder: Path) -> list[Path]:
    return sorted(item for item in folder.iterdir() if item.is_file()) if folder.is_dir() else []


def _is_top(name: str) -> bool:
    return name.lower().endswith(_TOP) or name == PARAMETERS


def models_and_tables(path: Path) -> list[Path]:
    """The files to check: the path itself, or every model and decision table of a folder."""
    if path.is_dir():
        return [item for item in _files(path) if item.name.lower().endswith(_TOP)]
    return [path]
