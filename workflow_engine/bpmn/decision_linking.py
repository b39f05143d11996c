"""Imports between the DMN files of one deployment: every file becomes complete in itself (DMN 1.5, 6.3.3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

import msgspec

from workflow_engine.bpmn.decision_model import DecisionFile, Import, ItemType
from workflow_engine.bpmn.decision_xml import read_file
from workflow_engine.domain.errors import DefinitionError, Problem

MOST_LINKED = 100
"""Imports are embedded, and one file may come in over many ways."""


def link(file: DecisionFile, others: Mapping[str, bytes], problems: list[Problem]) -> DecisionFile:
    """Return the file with all it imports, directly or not, filled in from ``others`` (file name to content)."""
    return _Linker(others, problems).link(file, (file.namespace,)) if file.imports else file


class _Linker:
    def __init__(self, others: Mapping[str, bytes], problems: list[Problem]) -> None:
        self._problems = problems
        self._files = dict(_readable(others))
        self._left = MOST_LINKED

    def link(self, file: DecisionFile, above: tuple[str, ...]) -> DecisionFile:
        """Fill in the imports of ``file``; ``above`` are the namespaces of the files that lead here."""
        imports = tuple(self._fill(one, above) for one in file.imports)
        return msgspec.structs.replace(file, imports=imports)

    def _fill(self, wanted: Import, above: tuple[str, ...]) -> Import:
        self._left -= 1
        if wanted.namespace in above:
            self._report("import_cycle", wanted, "leads back to the file itself", "Remove one of the imports.")
        elif self._left < 0:
            self._report("import_too_many", wanted, f"is one of more than {MOST_LINKED}", "Import fewer files.")
        else:
            found = self._find(wanted)
            if found is not None:
                return msgspec.structs.replace(wanted, file=self.link(found, (*above, wanted.namespace)))
            mend = "Deploy the file that it names together with this one."
            self._report("import_missing", wanted, "is in none of the files deployed together", mend)
        return wanted

    def _find(self, wanted: Import) -> DecisionFile | None:
        named = self._files.get(PurePosixPath(wanted.location).name)
        if named is not None and named.namespace == wanted.namespace:
            return named
        return next((file for file in self._files.values() if file.namespace == wanted.namespace), None)

    def _report(self, code: str, wanted: Import, what: str, mend: str) -> None:
        message = f"Import {wanted.name!r} ({wanted.namespace}) {what}."
        self._problems.append(Problem(code, "error", message, mend, line=wanted.line or None))


def _readable(others: Mapping[str, bytes]) -> Iterator[tuple[str, DecisionFile]]:
    """The files that are DMN, by their plain name; the rest is refused where it is read for itself."""
    for name in sorted(others):
        try:
            yield PurePosixPath(name).name, read_file(others[name])[0]
        except DefinitionError:
            continue


def types_of(file: DecisionFile) -> tuple[ItemType, ...]:
    """Return the file's own types and those of its imports, named ``import.type``."""
    found = list(file.types)
    for one in file.imports:
        if one.file is not None:
            inner = types_of(one.file)
            known = frozenset(item.name for item in inner)
            prefix = f"{one.name}." if one.name else ""
            found += [_prefixed(item, prefix, known, top=True) for item in inner]
    return tuple(found)


def _prefixed(item: ItemType, prefix: str, known: frozenset[str], *, top: bool) -> ItemType:
    def ref(name: str) -> str:
        plain = name if name in known else name.rpartition(":")[2]
        return prefix + plain if plain in known else name

    return msgspec.structs.replace(
        item,
        name=prefix + item.name if top else item.name,
        type_ref=ref(item.type_ref),
        components=tuple(_prefixed(part, prefix, known, top=False) for part in item.components),
        parameters=tuple((name, ref(kind)) for name, kind in item.parameters),
        output_type=ref(item.output_type),
    )
