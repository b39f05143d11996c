"""Correlation keys of the standard (BPMN 2.0.2, 8.4.2): what a message carries, and where a case keeps it."""

from __future__ import annotations

from workflow_engine.bpmn.intake_document import Document
from workflow_engine.bpmn.model import CorrelationProperty
from workflow_engine.bpmn.reading_words import Words
from workflow_engine.bpmn.xml import Element, child, children, is_bpmn, text_of


class Correlations:
    """The correlation keys of a file, looked up by message."""

    def __init__(self, document: Document, words: Words) -> None:
        self._document = document
        self._words = words
        self._keys = [element for element in document.elements if is_bpmn(element, "correlationKey")]
        self._data_paths = self._read_subscriptions()
        self._of_message: dict[Element, tuple[CorrelationProperty, ...]] = {}

    def of_message(self, message: Element) -> tuple[CorrelationProperty, ...]:
        """Every property of every key that can be read from this message."""
        if message not in self._of_message:
            self._of_message[message] = tuple(self._properties(message))
        return self._of_message[message]

    def _properties(self, message: Element) -> list[CorrelationProperty]:
        found: list[CorrelationProperty] = []
        for key in self._keys:
            read = [
                self._property(key, text_of(reference), message)
                for reference in children(key, "correlationPropertyRef")
            ]
            known = [item for item in read if item is not None]
            if known and len(known) < len(read):
                self._document.findings.warning(
                    "correlation_incomplete", key,
                    f"The message {message.get('id')} gives only some properties of the key {key.get('id')}.",
                    "Add a retrieval expression for this message to every property of the key.",
                )  # fmt: skip
            found.extend(known)
        return found

    def _property(self, key: Element, reference: str | None, message: Element) -> CorrelationProperty | None:
        prop = self._document.find(reference, "correlationProperty")
        if prop is None:
            self._document.findings.error(
                "dangling_reference", key, f"correlationPropertyRef names “{reference}”, which does not exist.",
                "Define the correlationProperty.",
            )  # fmt: skip
            return None
        for expression in children(prop, "correlationPropertyRetrievalExpression"):
            if self._document.find(self._document.get(expression, "messageRef"), "message") is not message:
                continue
            path = child(expression, "messagePath")
            language = None if path is None else self._document.get(path, "language")
            retrieval = self._words.expression(prop, text_of(path), "correlation property", language)
            if retrieval is None:
                return None
            return CorrelationProperty(
                key=key.get("name") or key.get("id") or "key",
                name=self._document.get(prop, "name") or prop.get("id") or "property",
                retrieval=retrieval,
                data_path=self._data_paths.get(prop.get("id") or ""),
            )
        return None

    def _read_subscriptions(self) -> dict[str, str]:
        """``correlationSubscription`` of processes: the variable path that fixes a property in advance."""
        found: dict[str, str] = {}
        for element in self._document.elements:
            if not is_bpmn(element, "correlationPropertyBinding"):
                continue
            reference = self._document.get(element, "correlationPropertyRef")
            path = child(element, "dataPath")
            language = None if path is None else self._document.get(path, "language")
            feel = self._words.expression(element, text_of(path), "correlation data path", language)
            if reference and feel:
                found[reference] = feel
        return found
