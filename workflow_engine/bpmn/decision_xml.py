"""Read a DMN file (1.1 to 1.5, as dmn-js, Camunda Modeler and others write it) into records.

Unknown content is listed as a problem, never dropped silently; cells are only text here and are checked afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from workflow_engine.bpmn.decision_boxed import BoxedReader
from workflow_engine.bpmn.decision_model import (
    DecisionFile,
    DecisionNode,
    Import,
    InputData,
    ItemType,
    Knowledge,
    ServiceNode,
)
from workflow_engine.domain.errors import DefinitionError, Problem

MAX_BYTES = 2_000_000
MAX_ELEMENTS = 100_000
MAX_DEPTH = 100
NAMESPACES = frozenset(
    (
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        "http://www.omg.org/spec/DMN/20151130",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
        "https://www.omg.org/spec/DMN/20240513/MODEL/",
    )
)
Element = etree._Element


def read_file(xml: bytes) -> tuple[DecisionFile, list[Problem]]:
    """Return the file's content and what was found on the way; raises ``DefinitionError`` when it is not DMN at all."""
    root = _parse(xml)
    reader = _FileReader(root.nsmap.get(root.prefix) or "")
    return reader.read(root), reader.problems


def _refused(code: str, message: str, mend: str, line: int | None = None) -> DefinitionError:
    return DefinitionError(message, [Problem(code, "error", message, mend, line=line)])


def _parse(xml: bytes) -> Element:
    if len(xml) > MAX_BYTES:
        raise _refused(
            "too_large", f"Expected at most {MAX_BYTES} bytes, but the file has {len(xml)}.", "Split the file."
        )
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True)
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        raise _refused("not_xml", f"Expected well-formed XML: {error}", "Export the file again.", line) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise _refused("doctype", "Expected no DOCTYPE in the file.", "Remove the <!DOCTYPE …> line.")
    qualified = etree.QName(root)
    if qualified.localname != "definitions" or qualified.namespace not in NAMESPACES:
        raise _refused(
            "not_dmn", f"Expected <definitions> of DMN 1.1 to 1.5, but found <{qualified}>.", "Save as DMN 1.3."
        )
    _check_size(root)
    return root


def _check_size(root: Element) -> None:
    depth = count = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        count += event == "start"
        if depth > MAX_DEPTH or count > MAX_ELEMENTS:
            limit = f"{MAX_ELEMENTS} elements, {MAX_DEPTH} deep"
            raise _refused("too_large", f"Expected at most {limit}.", "Split the file.")


class _FileReader(BoxedReader):
    """Reads the elements below ``definitions``."""

    def read(self, root: Element) -> DecisionFile:
        self.default_language = root.get("expressionLanguage", "")
        self.file_namespace = root.get("namespace", "")
        return DecisionFile(
            name=root.get("name", ""),
            namespace=root.get("namespace", ""),
            decisions=tuple(map(self.decision, self.children(root, "decision"))),
            knowledge=tuple(map(self.knowledge, self.children(root, "businessKnowledgeModel"))),
            services=tuple(map(self.service, self.children(root, "decisionService"))),
            inputs=tuple(map(self.input_data, self.children(root, "inputData"))),
            types=tuple(map(self.item_type, self.children(root, "itemDefinition"))),
            imports=tuple(self.imports(root)),
        )

    def imports(self, root: Element) -> Iterator[Import]:
        for element in self.children(root, "import"):
            namespace = element.get("namespace", "")
            if element.get("importType", "") in NAMESPACES or "/DMN/" in element.get("importType", ""):
                name = " ".join(element.get("name", "").split())
                yield Import(name, namespace, element.get("locationURI", ""), line=element.sourceline or 0)
            else:
                message = f"Imports of {element.get('importType') or 'an unnamed kind'} are not read."
                self.report(element, "import_kind", message, "Import only DMN files; write types in this file.")

    def decision(self, element: Element) -> DecisionNode:
        name, type_ref = self._variable(element)
        return DecisionNode(
            node_id=self._id(element),
            name=name,
            logic=self.only_logic(element),
            type_ref=type_ref,
            title=self._title(element, name),
            decisions=tuple(self._required(element, "informationRequirement", "requiredDecision")),
            inputs=tuple(self._required(element, "informationRequirement", "requiredInput")),
            knowledge=tuple(self._required(element, "knowledgeRequirement", "requiredKnowledge")),
            line=element.sourceline or 0,
        )

    def knowledge(self, element: Element) -> Knowledge:
        name, type_ref = self._variable(element)
        body = self.child(element, "encapsulatedLogic")
        return Knowledge(
            node_id=self._id(element),
            name=name,
            function=None if body is None else self.function(body),
            type_ref=type_ref,
            knowledge=tuple(self._required(element, "knowledgeRequirement", "requiredKnowledge")),
            line=element.sourceline or 0,
        )

    def service(self, element: Element) -> ServiceNode:
        def ids(tag: str) -> tuple[str, ...]:
            return tuple(map(self._target, self.children(element, tag)))

        name, type_ref = self._variable(element)
        return ServiceNode(
            node_id=self._id(element),
            name=name,
            outputs=ids("outputDecision"),
            encapsulated=ids("encapsulatedDecision"),
            input_decisions=ids("inputDecision"),
            input_data=ids("inputData"),
            type_ref=type_ref,
        )

    def input_data(self, element: Element) -> InputData:
        name, type_ref = self._variable(element)
        return InputData(self._id(element), name, type_ref)

    def item_type(self, element: Element) -> ItemType:
        function = self.child(element, "functionItem")
        parameters: tuple[tuple[str, str], ...] = ()
        output_type = ""
        if function is not None:
            found = self.children(function, "parameters")
            parameters = tuple((part.get("name", ""), part.get("typeRef", "")) for part in found)
            output_type = function.get("outputTypeRef", "")
        return ItemType(
            name=" ".join(element.get("name", "").split()),
            type_ref=self.text_of(element, "typeRef") or element.get("typeRef", ""),
            components=tuple(map(self.item_type, self.children(element, "itemComponent"))),
            is_collection=element.get("isCollection") == "true",
            allowed=self.tests_of(element, "allowedValues"),
            constraint=self.tests_of(element, "typeConstraint"),
            parameters=parameters,
            output_type=output_type,
        )

    def _id(self, element: Element) -> str:
        return element.get("id") or element.get("name") or ""

    def _variable(self, element: Element) -> tuple[str, str]:
        """Return (name, type) under which others see the element."""
        variable = self.child(element, "variable")
        name = element.get("name", "")
        type_ref = ""
        if variable is not None:
            name = variable.get("name") or name
            type_ref = variable.get("typeRef", "") or self.text_of(variable, "typeRef")
        return " ".join((name or self._id(element)).split()), type_ref

    def _title(self, element: Element, name: str) -> str:
        """The name as drawn, where it is not the variable's."""
        title = " ".join(element.get("name", "").split())
        return "" if title == name else title

    def _required(self, element: Element, requirement: str, tag: str) -> Iterator[str]:
        for part in self.children(element, requirement):
            yield from map(self._target, self.children(part, tag))

    def _target(self, element: Element) -> str:
        """The id that a reference means; ``namespace#id`` when it lies in another file."""
        namespace, _, target = element.get("href", "").rpartition("#")
        return target if namespace in ("", self.file_namespace) else f"{namespace}#{target}"
