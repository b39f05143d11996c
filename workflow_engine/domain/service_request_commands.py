"""What reporters, staff and importers ask about service requests. Each is recorded in the chain of the request's case.

A reporter shows the secret code; without it the act is one of staff and takes a right. Fields called *settled* are
written by the handler before the command is recorded, whatever the caller gave, so that the record says it all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from workflow_engine.domain.commands import CaseCommand, Command


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitServiceRequest(Command):
    """Report something; a case of the category's process starts, which has the request's id."""

    NAME = "service_request.submit"
    PRIVATE = ("title", "description", "public_description", "address", "lat", "lon", "photos", "attributes")
    SECRET = ("code", "reporter_name", "reporter_contact", "language")
    request_id: str
    """New, chosen by the caller (``new_id``)."""
    category: str
    description: str
    code: str = ""
    """Random, 16 characters or more, chosen by the caller and given to the reporter alone; it is kept nowhere."""
    source: str = "web"
    kind: str = "report"
    title: str = ""
    address: str = ""
    lat: float | None = None
    lon: float | None = None
    place_code: str | None = None
    """None: the place that the point lies in."""
    reporter_name: str = ""
    reporter_contact: str = ""
    language: str = "zh_CN"
    """In which the reporter is written to."""
    photos: Sequence[Mapping[str, Any]] = ()
    """Each ``{digest, public_digest, media_type, size}``, as ``take_photo`` answers."""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    """Answers to the category's further questions, by code."""
    tier: str | None = None
    """None: the category's; only from those with the right ``service_request.submit``."""
    show: bool = True
    """False: the reporter does not want others to read it."""
    proved: bool = False
    """Whoever sends it has shown that it is no machine's; what has not waits for moderation before it is public."""
    exercise: bool = False
    external_id: str | None = None
    """Of the system that it comes from; unique with ``source``."""
    process_id: str | None = None
    """None: the category's; as for ``tier``."""
    version: int | None = None
    """Settled."""
    tracking_number: str = ""
    """Settled."""
    reporter_known: bool = False
    """Settled: whether there is a way to reach the reporter; who it is stands in no record."""
    public_description: str = ""
    """Settled."""
    moderation: str = "waiting"
    """Settled."""
    unit_id: str | None = None
    """Settled: the unit that answers for the case."""
    received_at: str = ""
    """Settled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCommand(Command):
    """To one request."""

    request_id: str
    reaches_case: bool = False
    """Settled: whether its case waits for this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReporterCommand(RequestCommand):
    """What the reporter may do with the code, and staff with the right to handle requests."""

    SECRET: ClassVar[tuple[str, ...]] = ("code",)
    code: str = ""
    by_reporter: bool = False
    """Settled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddToServiceRequest(ReporterCommand):
    """Say more, or show more."""

    NAME = "service_request.add"
    PRIVATE = ("text", "photos")
    text: str = ""
    photos: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectServiceRequest(ReporterCommand):
    """Put right what was reported; None: stays as it is."""

    NAME = "service_request.correct"
    PRIVATE = ("title", "description", "public_description", "address", "lat", "lon")
    title: str | None = None
    description: str | None = None
    address: str | None = None
    lat: float | None = None
    lon: float | None = None
    category: str | None = None
    kind: str | None = None
    public_description: str | None = None
    """Settled."""
    place_code: str | None = None
    """Settled where the point moves."""
    moderation: str | None = None
    """Settled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawServiceRequest(ReporterCommand):
    """The reporter needs it no more."""

    NAME = "service_request.withdraw"
    PRIVATE = ("reason",)
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenServiceRequest(ReporterCommand):
    """It is not settled: the case goes on, or a new one follows."""

    NAME = "service_request.reopen"
    PRIVATE = ("reason", "carried")
    reason: str
    process_id: str | None = None
    """Settled, where a new case follows."""
    version: int | None = None
    """Settled, where a new case follows."""
    unit_id: str | None = None
    """Settled, where a new case follows."""
    follows: str | None = None
    """Settled: the case before."""
    reporter_known: bool = False
    """Settled."""
    carried: Mapping[str, Any] | None = None
    """Settled: the request as it stood, which the new case's record goes on from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RateServiceRequest(ReporterCommand):
    """Say how it went, 1 to 5, and whether it is resolved."""

    NAME = "service_request.rate"
    PRIVATE = ("comment",)
    rating: int
    resolved: bool | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentServiceRequest(ReporterCommand):
    """Say something that changes nothing; staff answers the reporter by it as well."""

    NAME = "service_request.comment"
    PRIVATE = ("text",)
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetReporterContact(ReporterCommand):
    """Another name or way to be reached; empty texts take them away."""

    NAME = "service_request.set_contact"
    SECRET = ("code", "reporter_name", "reporter_contact")
    reporter_name: str = ""
    reporter_contact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModerateServiceRequest(RequestCommand):
    """Let everybody read it, or not; in other words, where its own say too much about somebody."""

    NAME = "service_request.moderate"
    PRIVATE = ("public_description", "reason")
    shown: bool
    public_description: str | None = None
    photos_shown: bool = False
    """Whether its photos are public with it."""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeServiceRequests(Command):
    """Several reports of one thing: the others go into one, whose progress their reporters are told."""

    NAME = "service_request.merge"
    PRIVATE = ("reason",)
    into: str
    request_ids: Sequence[str]
    reason: str
    merged: Sequence[str] = ()
    """Settled: those, and what went into them before."""
    reaches_case: bool = False
    """Settled: whether the case of ``into`` waits for this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeServiceRequest(CaseCommand):
    """One of them (made by the engine): ``request_id`` goes into ``into``."""

    NAME = "service_request.merge_one"
    PRIVATE = ("reason",)
    request_id: str
    into: str
    closed: bool
    """It was open until now."""
    reason: str
    reaches_case: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitServiceRequest(RequestCommand):
    """It is something else after all: it goes its own way again, in a new case where its own has ended."""

    NAME = "service_request.split"
    PRIVATE = ("reason", "carried")
    reason: str
    process_id: str | None = None
    """Settled, as for ``ReopenServiceRequest``."""
    version: int | None = None
    """Settled."""
    unit_id: str | None = None
    """Settled."""
    follows: str | None = None
    """Settled."""
    reporter_known: bool = False
    """Settled."""
    carried: Mapping[str, Any] | None = None
    """Settled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOnServiceRequest(CaseCommand):
    """The next case goes on with it (made by the engine)."""

    NAME = "service_request.hand_on"
    request_id: str
    to_case_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportServiceRequests(Command):
    """Take over many from elsewhere, each with a case and a record of its own; what is known already is left alone."""

    NAME = "service_request.import"
    PRIVATE = ("requests",)
    source: str
    requests: Sequence[Mapping[str, Any]]
    """Each with ``external_id``, ``request_id``, ``category``, ``status``, ``received_at``, and the columns that are
    known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportServiceRequest(CaseCommand):
    """One of them (made by the engine)."""

    NAME = "service_request.import_one"
    PRIVATE = ("request",)
    request_id: str
    process_id: str
    version: int
    start_element_id: str | None = None
    unit_id: str | None = None
    request: Mapping[str, Any] = field(default_factory=dict)
    """The whole row."""
