"""Connectors: named ways to the outside. A job whose topic names one is done here; others wait for their own workers.

A connector is a plain callable. It gets a ``Work`` and returns the variables that go back to the case; it runs outside
any transaction, at least once, and may be asked again after a crash: ``Work.key`` is the same each time, so that the
receiver can tell a repetition. An operator's own connectors are entry points of the group ``liandong.connectors``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from workflow_engine.domain.errors import EngineError

ENTRY_POINT_GROUP = "liandong.connectors"


@dataclass(frozen=True, slots=True)
class Work:
    """One try of one job."""

    key: str
    """Constant over all tries; send it along as message id or idempotency key."""
    topic: str
    case_id: str
    element_id: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    """The case's variables as they were when the job was made."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """What the model says to this connector."""
    retries_left: int = 1
    """Tries including this one."""


Connector = Callable[[Work], Mapping[str, Any]]


class ConnectorError(Exception):
    """The work could not be done; it is tried again unless ``final``."""

    def __init__(self, message: str, *, final: bool = False, retry_in_seconds: int | None = None) -> None:
        super().__init__(message)
        self.final = final
        """Trying again cannot help: a person has to mend something first."""
        self.retry_in_seconds = retry_in_seconds
        """The other side's own wish; None: the usual back-off."""


class BusinessError(Exception):
    """The work ended in an error that the model foresees: its boundary event for ``code`` takes over."""

    def __init__(self, code: str, message: str = "", variables: Mapping[str, Any] | None = None) -> None:
        super().__init__(message or code)
        self.code = code
        self.variables = dict(variables or {})


class ConnectorSettingsError(EngineError):
    """A connector's settings do not fit; the message names the key."""

    code = "connector_settings"


class Registry:
    """The connectors of this installation by topic: ``http:weather``, or a name of the operator's own."""

    def __init__(self, connectors: Mapping[str, Connector] | None = None) -> None:
        self._by_topic: dict[str, Connector] = dict(connectors or {})
        self.warnings: list[str] = []
        """What the operator should know: entry points that could not be loaded."""

    @property
    def topics(self) -> tuple[str, ...]:
        """Every topic that is served here."""
        return tuple(sorted(self._by_topic))

    def get(self, topic: str) -> Connector:
        """The connector of this topic. Raises ConnectorError when there is none."""
        try:
            return self._by_topic[topic]
        except KeyError:
            known = ", ".join(self.topics) or "none"
            message = f"Expected a connector for the topic {topic!r}, but these are set up: {known}."
            raise ConnectorError(message, final=True) from None

    def add(self, topic: str, connector: Connector) -> None:
        """Serve one more topic. Raises ConnectorSettingsError when it is taken."""
        if topic in self._by_topic:
            raise ConnectorSettingsError(f"Expected one connector for the topic {topic!r}, but there are two.")
        self._by_topic[topic] = connector

    def add_installed(self, points: tuple[EntryPoint, ...] | None = None) -> None:
        """Add the connectors that installed packages offer; one that cannot be loaded is told, not raised."""
        found = tuple(entry_points(group=ENTRY_POINT_GROUP)) if points is None else points
        for point in found:
            try:
                connector = point.load()
            except Exception as error:  # noqa: BLE001 - anything may be wrong in a foreign package
                self.warnings.append(f"The connector {point.name!r} ({point.value}) cannot be loaded: {error}")
                continue
            if not callable(connector):
                self.warnings.append(f"The connector {point.name!r} ({point.value}) is not callable.")
                continue
            self.add(point.name, connector)


def text_parameter(work: Work, name: str, default: str | None = None) -> str:
    """A parameter that must be text. Raises ConnectorError naming it."""
    value = work.parameters.get(name, default)
    if not isinstance(value, str) or not value:
        raise ConnectorError(
            f"Expected the parameter {name!r} of {work.topic!r} to be text, but got {value!r}.", final=True
        )
    return value


def mapping_parameter(work: Work, name: str) -> Mapping[str, Any]:
    """A parameter that is a context, empty when it is missing. Raises ConnectorError naming it."""
    value = work.parameters.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise ConnectorError(f"Expected the parameter {name!r} of {work.topic!r} to be a context.", final=True)
    return value
