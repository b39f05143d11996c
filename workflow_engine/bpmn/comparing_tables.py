"""Two DMN files side by side: decision by decision, and tables row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from lxml import etree

from workflow_engine.bpmn.comparing import Cell, Kind, RowChange, TableChange
from workflow_engine.bpmn.comparing_values import changed_values
from workflow_engine.bpmn.xml import DIAGRAM_NAMESPACES, Element, local_name, namespace_of

_COLUMNS = ("input", "output", "annotation")


@dataclass(frozen=True, slots=True)
class _Row:
    row_id: str
    cells: tuple[tuple[str, str], ...]
    """Column and text."""


@dataclass(frozen=True, slots=True)
class _Decision:
    name: str
    values: Mapping[str, str]
    rows: Sequence[_Row]


def compare_tables(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> tuple[TableChange, ...]:
    """Every decision that differs, whichever file it stands in."""
    old, new = _decisions(before), _decisions(after)
    changes = []
    for decision_id in dict.fromkeys([*old, *new]):
        was, now = old.get(decision_id), new.get(decision_id)
        file = (now or was or ("", None))[0]
        if was is None or now is None:
            found = (now or was or ("", _Decision("", {}, ())))[1]
            kind: Kind = "added" if was is None else "removed"
            rows = _whole(found.rows, kind)
            changes.append(TableChange(file, decision_id, found.name, kind, (), rows))
            continue
        values = changed_values(was[1].values, now[1].values)
        rows = _changed_rows(was[1].rows, now[1].rows)
        if values or rows:
            changes.append(TableChange(file, decision_id, now[1].name, "changed", values, rows))
    return tuple(changes)


def _whole(rows: Sequence[_Row], kind: Kind) -> tuple[RowChange, ...]:
    is_new = kind == "added"
    return tuple(
        RowChange(
            kind, None if is_new else number, number if is_new else None,
            tuple(Cell(column, None if is_new else text, text if is_new else None) for column, text in row.cells),
        )
        for number, row in enumerate(rows, 1)
    )  # fmt: skip


def _changed_rows(before: Sequence[_Row], after: Sequence[_Row]) -> tuple[RowChange, ...]:
    """Rows that differ: recognised by their id where both have it, else by their content and order."""
    pairs = _pairs(before, after)
    changes = []
    highest = 0
    for at_before, at_after in pairs:
        if at_before is None or at_after is None:
            row, kind = (after[at_after], "added") if at_after is not None else (before[at_before or 0], "removed")
            cells = _cells(None, row) if kind == "added" else _cells(row, None)
        else:
            was, now = before[at_before], after[at_after]
            cells = _cells(was, now)
            kind = "changed" if any(cell.differs for cell in cells) else "moved" if at_before < highest else ""
            highest = max(highest, at_before)
        if kind:
            numbers = [None if at is None else at + 1 for at in (at_before, at_after)]
            changes.append(RowChange(kind, numbers[0], numbers[1], cells))  # type: ignore[arg-type]  # one of Kind
    return tuple(changes)


def _pairs(before: Sequence[_Row], after: Sequence[_Row]) -> list[tuple[int | None, int | None]]:
    """Positions that belong together, in the order of ``after``; removed rows come where they stood."""
    partner = _partners(before, after)
    taken = set(partner.values())
    pairs: list[tuple[int | None, int | None]] = []
    told = 0
    for at, _row in enumerate(after):
        mine = partner.get(at)
        while mine is not None and told < mine:
            if told not in taken:
                pairs.append((told, None))
            told += 1
        pairs.append((mine, at))
    pairs.extend((position, None) for position in range(told, len(before)) if position not in taken)
    return pairs


def _partners(before: Sequence[_Row], after: Sequence[_Row]) -> dict[int, int]:
    by_id = {row.row_id: at for at, row in enumerate(before) if row.row_id}
    partner = {at: by_id[row.row_id] for at, row in enumerate(after) if row.row_id in by_id}
    left_before = [at for at in range(len(before)) if at not in set(partner.values())]
    left_after = [at for at in range(len(after)) if at not in partner]
    matcher = SequenceMatcher(
        a=[before[at].cells for at in left_before], b=[after[at].cells for at in left_after], autojunk=False
    )
    for tag, a0, a1, b0, b1 in matcher.get_opcodes():
        if tag == "equal" or (tag == "replace" and a1 - a0 == b1 - b0):
            # Two rows that both have ids, and other ones, are two rows.
            found = zip(left_after[b0:b1], left_before[a0:a1], strict=True)
            partner |= {b: a for b, a in found if tag == "equal" or not (after[b].row_id and before[a].row_id)}
    return partner


def _cells(before: _Row | None, after: _Row | None) -> tuple[Cell, ...]:
    old = dict(before.cells) if before is not None else {}
    new = dict(after.cells) if after is not None else {}
    return tuple(Cell(column, old.get(column), new.get(column)) for column in dict.fromkeys([*new, *old]))


# ---------------------------------------------------------------------------------------------------- reading
def _decisions(files: Mapping[str, bytes]) -> dict[str, tuple[str, _Decision]]:
    found: dict[str, tuple[str, _Decision]] = {}
    for name in sorted(files):
        root = _parse(files[name])
        for element in root.iter(etree.Element) if root is not None else ():
            if local_name(element) in ("decision", "businessKnowledgeModel", "inputData", "itemDefinition"):
                key = element.get("id") or element.get("name") or ""
                found[key] = (name, _decision(element))
    return found


def _parse(xml: bytes) -> Element | None:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(xml, parser)
    except etree.XMLSyntaxError:
        return None


def _decision(element: Element) -> _Decision:
    table = next((child for child in element if local_name(child) == "decisionTable"), None)
    values: dict[str, str] = {}
    _flatten(element, "", values, leave_out=table)
    if table is None:
        return _Decision(element.get("name") or "", values, ())
    values["hitPolicy"] = table.get("hitPolicy") or "UNIQUE"
    if table.get("aggregation"):
        values["aggregation"] = table.get("aggregation") or ""
    columns = _columns(table, values)
    rows = []
    for rule in (child for child in table if local_name(child) == "rule"):
        cells = [child for child in rule if local_name(child) in ("inputEntry", "outputEntry", "annotationEntry")]
        texts = [_text(cell) for cell in cells]
        labelled = [*zip(columns, texts, strict=False)]
        rows.append(_Row(rule.get("id") or "", tuple(labelled)))
    return _Decision(element.get("name") or "", values, rows)


def _columns(table: Element, values: dict[str, str]) -> list[str]:
    """One name per column, in the order of the cells; what a column says of itself goes into ``values``."""
    columns: list[str] = []
    for kind in _COLUMNS:
        for column in (child for child in table if local_name(child) == kind):
            expression = next((_text(part) for part in column if local_name(part) == "inputExpression"), "")
            label = column.get("label") or column.get("name") or expression or f"{kind} {len(columns) + 1}"
            while label in columns:
                label += "′"
            columns.append(label)
            _flatten(column, f"column {label}", values)
            values.setdefault(f"column {label}", expression)
    return columns


def _flatten(element: Element, prefix: str, values: dict[str, str], leave_out: Element | None = None) -> None:
    for key, value in sorted(element.attrib.items()):
        if key != "id" and not str(key).startswith("{"):
            values[f"{prefix} / {key}" if prefix else str(key)] = str(value)
    count: dict[str, int] = {}
    for child in element.iterchildren(etree.Element):
        if child is leave_out or namespace_of(child) in DIAGRAM_NAMESPACES or local_name(child) == "extensionElements":
            continue
        name = local_name(child)
        count[name] = count.get(name, 0) + 1
        name = name if count[name] == 1 else f"{name} [{count[name]}]"
        path = f"{prefix} / {name}" if prefix else name
        text = (child.text or "").strip()
        if text:
            values[path] = text
        _flatten(child, path, values)


def _text(element: Element) -> str:
    return " ".join("".join(str(part) for part in element.itertext()).split())
