"""Data objects and the data inputs and outputs of activities (BPMN 2.0.2, 10.4).

Variables of a case are shared by name, so an association between a data object and a task says nothing new and is
taken as documentation. One that renames or computes becomes a mapping.
"""

from __future__ import annotations

from workflow_engine.bpmn.intake_document import Document
from workflow_engine.bpmn.model import DataObject, Mapping
from workflow_engine.bpmn.reading_words import Words
from workflow_engine.bpmn.xml import Element, child, child_text, children, is_bpmn, is_true, text_of

_PLACEHOLDER = "__targetRef_placeholder"


class DataReader:
    """Reads data objects, references and associations of one document."""

    def __init__(self, document: Document, words: Words) -> None:
        self._document = document
        self._words = words

    def objects(self, scope: Element) -> tuple[DataObject, ...]:
        """The data objects and properties declared in a scope."""
        found = []
        for element in children(scope, "dataObject", "property"):
            if element.get("name") == _PLACEHOLDER or not element.get("id"):
                continue
            if is_true(self._document.get(element, "isCollection")):
                self._document.findings.note("unused", element, "isCollection")
            found.append(DataObject(id=element.get("id") or "", name=element.get("name")))
        self._check_references(scope)
        return tuple(found)

    def mappings(self, node: Element) -> tuple[tuple[Mapping, ...], tuple[Mapping, ...]]:
        """Input and output mappings that the data associations of a node ask for."""
        inputs = [self._association(node, item, inward=True) for item in children(node, "dataInputAssociation")]
        outputs = [self._association(node, item, inward=False) for item in children(node, "dataOutputAssociation")]
        wanted_in = tuple(mapping for mappings in inputs for mapping in mappings if mapping.source != mapping.target)
        all_out = tuple(mapping for mappings in outputs for mapping in mappings)
        renames = any(mapping.source != mapping.target for mapping in all_out)
        return wanted_in, all_out if renames else ()

    def _check_references(self, scope: Element) -> None:
        for element in children(scope, "dataObjectReference"):
            reference = self._document.get(element, "dataObjectRef")
            if reference is not None and self._document.find(reference, "dataObject") is None:
                self._document.findings.error(
                    "dangling_reference", element, f"dataObjectRef names “{reference}”, which does not exist.",
                    "Define the data object or remove the reference.",
                )  # fmt: skip

    def _association(self, node: Element, association: Element, *, inward: bool) -> list[Mapping]:
        if child(association, "transformation") is not None:
            self._document.findings.error(
                "data_transformation", node, "A data association has a transformation, which is not executed.",
                "Compute the value in a script task or an output mapping.",
            )  # fmt: skip
            return []
        if len(children(association, "sourceRef")) > 1:
            self._document.findings.error(
                "data_sources", node, "A data association has several sources (BPMN 2.0.2, 10.4.2).",
                "Draw one association for each source.",
            )  # fmt: skip
            return []
        targets = self._names(node, child_text(association, "targetRef"))
        sources = self._names(node, child_text(association, "sourceRef"))
        computed = self._assignments(node, association, targets[0] if targets else None)
        if computed or not targets or not sources:
            return computed
        shared = [name for name in sources if name in targets]
        source, target = (shared[0], shared[0]) if shared else (sources[0], targets[0])
        if inward and shared:
            return []
        feel = self._words.expression(node, source, "data association")
        return [] if feel is None else [Mapping(source=feel, target=target)]

    def _assignments(self, node: Element, association: Element, target: str | None) -> list[Mapping]:
        found = []
        for assignment in children(association, "assignment"):
            source = child(assignment, "from")
            name = target or text_of(child(assignment, "to"))
            raw = text_of(source)
            if source is None or raw is None or name is None:
                continue
            language = self._document.get(source, "language")
            feel = (
                self._words.expression(node, raw, "data assignment", language)
                if language
                else self._words.template(node, raw, "data assignment")
            )
            if feel is not None:
                found.append(Mapping(source=feel, target=name))
        return found

    def _names(self, node: Element, reference: str | None) -> tuple[str, ...]:
        """The names a variable may go by behind the id of a data object, reference, property, input or output."""
        if reference is None:
            return ()
        found = self._document.find(reference)
        if found is None:
            self._document.findings.error(
                "dangling_reference", node,
                f"A data association names “{reference}”, which does not exist in the file.",
                "Choose an existing data object, or remove the association.",
            )  # fmt: skip
            return ()
        names = [found.get("name"), found.get("id")]
        if is_bpmn(found, "dataObjectReference"):
            target = self._document.find(found.get("dataObjectRef"), "dataObject")
            names += [] if target is None else [target.get("name"), target.get("id")]
        elif is_bpmn(found, "dataStoreReference", "dataStore") or found.get("name") == _PLACEHOLDER:
            return ()
        return tuple(name for name in names if name)
