"""Standard loops and multi-instance characteristics, in the standard's form and in the vendors'."""

from __future__ import annotations

from workflow_engine.bpmn.dialects.camunda import read_vendor_loop
from workflow_engine.bpmn.dialects.zeebe import read_zeebe_loop
from workflow_engine.bpmn.intake_document import Document
from workflow_engine.bpmn.model import Loop
from workflow_engine.bpmn.reading_words import Words
from workflow_engine.bpmn.xml import Element, child, children, is_bpmn, is_true, text_of


class LoopReader:
    """Reads the loop characteristics of activities."""

    def __init__(self, document: Document, words: Words) -> None:
        self._document = document
        self._words = words

    def read(self, activity: Element) -> Loop | None:
        """The loop of an activity; None when it has none, or none that can run."""
        standard = child(activity, "standardLoopCharacteristics")
        multiple = child(activity, "multiInstanceLoopCharacteristics")
        if standard is not None and multiple is not None:
            self._document.findings.error(
                "two_loops", activity, "The activity has a standard loop and is multi-instance.", "Keep one of the two."
            )
            return None
        if standard is not None:
            return self._standard(activity, standard)
        return None if multiple is None else self._multiple(activity, multiple)

    def _standard(self, activity: Element, element: Element) -> Loop | None:
        document = self._document
        test_before = is_true(document.get(element, "testBefore"))
        maximum = self._maximum(activity, document.get(element, "loopMaximum"))
        condition = self._formal(activity, element, "loopCondition", "loop condition")
        if condition is None and maximum is None:
            if child(element, "loopCondition") is None:
                document.findings.error(
                    "loop_without_end", activity, "The loop has neither a condition nor a maximum.",
                    "Give it a loopCondition, a loopMaximum or both.",
                )  # fmt: skip
            return None
        return Loop(kind="standard", condition=condition, test_before=test_before, maximum=maximum)

    def _maximum(self, activity: Element, raw: str | None) -> int | None:
        if raw is None:
            return None
        if raw.isdigit() and int(raw) > 0:
            return int(raw)
        self._document.findings.error(
            "loop_maximum", activity, f"loopMaximum is “{raw}”; expected a whole number from 1 on.", "Correct it."
        )
        return None

    def _multiple(self, activity: Element, element: Element) -> Loop | None:
        document = self._document
        sequential = is_true(document.get(element, "isSequential"))
        vendor = read_zeebe_loop(document, self._words, element) or read_vendor_loop(document, self._words, element)
        cardinality = self._formal(activity, element, "loopCardinality", "loop cardinality")
        collection = vendor.collection or self._data_name(activity, element, "loopDataInputRef")
        output = vendor.output_collection or self._data_name(activity, element, "loopDataOutputRef")
        if cardinality is None and collection is None:
            if document.findings.has_errors_at(activity):
                return None
            document.findings.error(
                "multi_instance_without_number", activity,
                "The multi-instance activity has neither a cardinality nor a collection.",
                "Say how often it runs: a loopCardinality or a collection.",
            )  # fmt: skip
            return None
        if cardinality is not None and collection is not None:
            document.findings.error(
                "multi_instance_two_numbers", activity,
                "The multi-instance activity has a cardinality and a collection; only one may say how often it runs.",
                "Remove the loopCardinality or the collection.",
            )  # fmt: skip
            return None
        self._check_behaviour(activity, element)
        return Loop(
            kind="sequential" if sequential else "parallel",
            cardinality=cardinality,
            collection=collection,
            item=vendor.item or self._item_name(element, "inputDataItem"),
            output_collection=output,
            output_item=vendor.output_item or self._output_item(activity, element, output),
            completion_condition=self._formal(activity, element, "completionCondition", "completion condition"),
        )

    def _formal(self, activity: Element, element: Element, name: str, what: str) -> str | None:
        item = child(element, name)
        language = None if item is None else self._document.get(item, "language")
        return self._words.expression(activity, text_of(item), what, language)

    def _data_name(self, activity: Element, element: Element, name: str) -> str | None:
        """A data input or output is given by the id of a data object, or by the name of a variable."""
        raw = text_of(child(element, name))
        if raw is None:
            return None
        return self._words.expression(activity, self._variable(raw), name)

    def _variable(self, reference: str) -> str:
        """A data object goes by its id, as in scripts; an input, output or property by its name."""
        found = self._document.find(
            reference, "dataObjectReference", "dataObject", "dataInput", "dataOutput", "property"
        )
        if found is None:
            return reference
        if is_bpmn(found, "dataObjectReference"):
            return found.get("dataObjectRef") or reference
        if is_bpmn(found, "dataObject"):
            return reference
        return found.get("name") or reference

    def _item_name(self, element: Element, name: str) -> str | None:
        item = child(element, name)
        if item is None:
            return None
        return self._document.get(item, "name") or item.get("id")

    def _output_item(self, activity: Element, element: Element, output: str | None) -> str | None:
        name = self._item_name(element, "outputDataItem")
        return None if name is None or output is None else self._words.expression(activity, name, "output item")

    def _check_behaviour(self, activity: Element, element: Element) -> None:
        behaviour = self._document.get(element, "behavior")
        complex_ones = children(element, "complexBehaviorDefinition")
        if behaviour not in (None, "All") or complex_ones:
            self._document.findings.error(
                "multi_instance_events", activity,
                "The multi-instance activity throws events for its instances (behavior), which is not executed.",
                "Remove the behavior attribute, or throw the event inside the activity.",
            )  # fmt: skip
