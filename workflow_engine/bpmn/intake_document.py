"""One BPMN file while it is read: its tree, its ids, and a record of which attributes were understood."""

from __future__ import annotations

from lxml import etree

from workflow_engine.bpmn.intake_findings import Findings
from workflow_engine.bpmn.xml import (
    BPMN,
    DIAGRAM_NAMESPACES,
    Element,
    ParsedXml,
    is_bpmn,
    local_name,
    namespace_of,
)

CAMUNDA_FAMILY = (
    "http://camunda.org/schema/1.0/bpmn",
    "http://activiti.org/bpmn",
    "http://flowable.org/bpmn",
    "http://operaton.org/schema/1.0/bpmn",
    "http://www.activiti.com/modeler",
)
"""Namespaces that share Camunda 7's local names."""

ZEEBE = "http://camunda.org/schema/zeebe/1.0"
LIANDONG = "urn:liandong:bpmn"
"""The product's own namespace: ``retentionDays`` on a process, ``topic`` and ``retries`` on a task."""


class Document:
    """The tree with an index of its ids. Elements without an id get one, so that everything can be named."""

    def __init__(self, parsed: ParsedXml, findings: Findings) -> None:
        self.root = parsed.root
        self.findings = findings
        # The list keeps the proxies alive, so an element is the same object (and dictionary key) all along.
        self.elements: list[Element] = []
        self.by_id: dict[str, list[Element]] = {}
        self._seen: dict[Element, set[str]] = {}
        self._claimed: set[Element] = set()
        self._flows: dict[Element, list[Element]] | None = None
        self._collect(self.root)
        self._give_ids()

    def _collect(self, root: Element) -> None:
        skip: set[Element] = set()
        for element in root.iter(etree.Element):
            parent = element.getparent()
            if parent in skip or namespace_of(element) in DIAGRAM_NAMESPACES:
                skip.add(element)
                continue
            self.elements.append(element)
            value = element.get("id")
            if value and namespace_of(element) == BPMN:
                self.by_id.setdefault(value, []).append(element)

    def _give_ids(self) -> None:
        number = 0
        for element in self.elements:
            if element.get("id") or not is_bpmn(element) or not _needs_id(element):
                continue
            number += 1
            while f"_{local_name(element)}_{number}" in self.by_id:
                number += 1
            value = f"_{local_name(element)}_{number}"
            element.set("id", value)
            self.by_id[value] = [element]
            self.findings.note("rewritten", element, f"{local_name(element)} without an id", after=value)

    def flows_of(self, scope: Element) -> list[Element]:
        """The sequence flows of a scope, in document order.

        A flow belongs where both its ends are, even when the tool wrote it into another scope.
        """
        if self._flows is None:
            self._flows = {}
            for element in self.elements:
                if is_bpmn(element, "sequenceFlow"):
                    self._flows.setdefault(self._home_of(element), []).append(element)
        return self._flows.get(scope, [])

    def _home_of(self, flow: Element) -> Element:
        written = flow.getparent()
        source, target = self.find(flow.get("sourceRef")), self.find(flow.get("targetRef"))
        home = None if source is None else source.getparent()
        if home is None or target is None or target.getparent() is not home or home is written:
            return flow if written is None else written
        self.findings.note("rewritten", flow, "sequence flow moved to the scope of its two ends", after=home.get("id"))
        return home

    # ------------------------------------------------------------------------------------------- reading attributes
    def get(self, element: Element, name: str, namespace: str = "") -> str | None:
        """An attribute's stripped text, None when absent or empty; remembered as understood."""
        key = f"{{{namespace}}}{name}" if namespace else name
        value = element.get(key)
        if value is None:
            return None
        self._seen.setdefault(element, set()).add(key)
        return value.strip() or None

    def vendor(self, element: Element, name: str) -> str | None:
        """An attribute of the Camunda 7 family, whichever of its namespaces the tool wrote."""
        for namespace in CAMUNDA_FAMILY:
            value = self.get(element, name, namespace)
            if value is not None:
                return value
        return None

    def claim(self, element: Element) -> None:
        """Marks an element with everything inside it as understood."""
        self._claimed.add(element)

    def is_claimed(self, element: Element) -> bool:
        return element in self._claimed

    def is_read(self, element: Element) -> bool:
        """Whether any attribute of it was looked at."""
        return element in self._seen

    def is_seen(self, element: Element, key: str) -> bool:
        return key in self._seen.get(element, ())

    def find(self, element_id: str | None, *names: str) -> Element | None:
        """The first BPMN element with this id (and one of these names); a namespace prefix is tolerated."""
        if not element_id:
            return None
        found = self.by_id.get(element_id)
        if found is None and ":" in element_id:
            found = self.by_id.get(element_id.rsplit(":", 1)[1])
        for element in found or ():
            if not names or is_bpmn(element, *names):
                return element
        return None


_NAMED_KINDS = ("Event", "Task", "task", "Gateway", "subProcess", "SubProcess", "callActivity", "transaction")


def _needs_id(element: Element) -> bool:
    name = local_name(element)
    return name in ("sequenceFlow", "process", "lane", "participant") or name.endswith(_NAMED_KINDS)


def is_extension(element: Element, name: str, *, zeebe: bool = False) -> bool:
    """Whether it is this extension element of the Camunda 7 family (or of Zeebe)."""
    namespace = namespace_of(element)
    return local_name(element) == name and (namespace == ZEEBE if zeebe else namespace in CAMUNDA_FAMILY)
