"""Service requests come in, and their reporters act on them: each act is an entry in the chain of the case."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeVar

from workflow_engine.bpmn.messaging import waiting_for
from workflow_engine.bpmn.runtime import Instance
from workflow_engine.domain.commands import Command, Receipt
from workflow_engine.domain.errors import InvalidStateError, InvalidVariablesError, NotFoundError
from workflow_engine.domain.permissions import may_somewhere, require_permission
from workflow_engine.domain.service_request_commands import (
    AddToServiceRequest,
    CommentServiceRequest,
    CorrectServiceRequest,
    RateServiceRequest,
    ReporterCommand,
    RequestCommand,
    SetReporterContact,
    SubmitServiceRequest,
    WithdrawServiceRequest,
)
from workflow_engine.domain.service_requests import (
    ANSWERED,
    CLOSED,
    DEFAULT_PROCESS,
    LONGEST_TEXT,
    LONGEST_WORD,
    PUBLIC_SOURCES,
    code_digest,
    is_code,
    public_text,
    tracking_number,
)
from workflow_engine.domain.variables import clean_variables
from workflow_engine.failpoints import failpoint
from workflow_engine.handlers import service_request_acts as acts
from workflow_engine.handlers import service_request_checks as checks
from workflow_engine.handlers import service_request_letters as letters
from workflow_engine.handlers.advancing import begin, owning_unit, record
from workflow_engine.handlers.cases import require_released
from workflow_engine.handlers.consultation_desk import write
from workflow_engine.handlers.handling import Handling
from workflow_engine.handlers.service_request_places import find_category, has_catalogue, place_of
from workflow_engine.storage import service_requests as store
from workflow_engine.storage.cases import Case, find_case
from workflow_engine.storage.service_requests import Reporter, ServiceRequest

HANDLE, SUBMIT = "service_request.handle", "service_request.submit"
C = TypeVar("C", bound=RequestCommand)


def submit_service_request(work: Handling, command: SubmitServiceRequest) -> Receipt:
    """Take a report in and start its case; the answer holds the number that the reporter keeps."""
    what = "submit a service request"
    checks.require_none(checks.photo_problems(command.photos), what)
    command = _settled(work, command)
    if command.source not in PUBLIC_SOURCES:
        require_permission(work.actor, SUBMIT, what, command.unit_id, command.process_id)
    problems = checks.submission_problems(command) | _category_problem(work, command)
    if problems:
        raise InvalidVariablesError("Expected a service request that can be taken in.", problems)
    if store.find_request(work.unit, command.request_id) is not None:
        raise InvalidStateError(f"Expected a new id for a service request, but {command.request_id} is taken.")
    if command.external_id and store.known_ids(work.unit, command.source, [command.external_id]):
        raise InvalidStateError(f"Expected a new external id from {command.source}, but it is known already.")
    bound = require_released(work, command.process_id or "", None)
    command = replace(
        command, process_id=bound.process_id, version=bound.version,
        unit_id=command.unit_id or owning_unit(work, bound), tracking_number=_new_number(work, command.request_id),
    )  # fmt: skip
    reporter = Reporter(
        code_digest(command.code) if command.code else "", command.reporter_name.strip(),
        command.reporter_contact.strip(), command.language,
    )  # fmt: skip
    result = {
        "request_id": command.request_id, "tracking_number": command.tracking_number, "case_id": command.request_id,
        "moderation": command.moderation, "received_at": command.received_at, "process_id": bound.process_id,
    }  # fmt: skip
    receipt = begin(
        work, command.request_id, bound, command, result, unit_id=command.unit_id,
        business_key=command.tracking_number, title=command.title or None, exercise=command.exercise,
    )  # fmt: skip
    store.set_reporter(work.unit, command.request_id, command.request_id, reporter)
    return receipt


def add_to_service_request(work: Handling, command: AddToServiceRequest) -> Receipt:
    """Say more, or show more, while it is open."""
    what = "add to the service request"
    held, command = require_request(work, command, what, letters.ADDED, is_open=True)
    problems = checks.text_problem("text", command.text, LONGEST_TEXT, needed=not command.photos)
    problems |= checks.photo_problems(command.photos)
    checks.require_none(problems, what)
    return held.record(command, reaches_case=command.reaches_case)


def correct_service_request(work: Handling, command: CorrectServiceRequest) -> Receipt:
    """Put right what was reported, while it is open; what the public reads of it is masked anew."""
    what = "correct the service request"
    held, command = require_request(work, command, what, letters.CORRECTED, is_open=True)
    problems = checks.correction_problems(command)
    checks.require_none(problems, what)
    if command.description is not None:
        reporter = store.find_reporter(work.unit, command.request_id)
        name, contact = (reporter.name, reporter.contact) if reporter else ("", "")
        shown = public_text(command.description.strip(), name, contact)
        again = "waiting" if held.request.moderation == "shown" and command.by_reporter else None
        command = replace(command, public_description=shown, moderation=again)
    if command.lat is not None and command.place_code is None:
        command = replace(command, place_code=place_of(work, command.lat, command.lon))
    return held.record(command, reaches_case=command.reaches_case)


def withdraw_service_request(work: Handling, command: WithdrawServiceRequest) -> Receipt:
    """It is closed as withdrawn at once; its case ends as its model says."""
    what = "withdraw the service request"
    held, command = require_request(work, command, what, letters.WITHDRAWN, is_open=True)
    checks.require_none(checks.text_problem("reason", command.reason, LONGEST_TEXT, needed=False), what)
    return held.record(command, reaches_case=command.reaches_case)


def rate_service_request(work: Handling, command: RateServiceRequest) -> Receipt:
    """How its reporter found it, once it is answered; a later word replaces an earlier one."""
    what = "rate the service request"
    held, command = require_request(work, command, what, letters.RATED)
    problems = checks.text_problem("comment", command.comment, LONGEST_TEXT, needed=False)
    if not 1 <= command.rating <= 5:
        problems["rating"] = "Expected 1 to 5."
    checks.require_none(problems, what)
    if held.request.status not in ANSWERED:
        raise InvalidStateError(f"Expected to {what}, but it is not answered yet.", state=held.request.status)
    return held.record(command, reaches_case=command.reaches_case)


def comment_service_request(work: Handling, command: CommentServiceRequest) -> Receipt:
    """Say something that only the reporter and the city read."""
    what = "comment on the service request"
    held, command = require_request(work, command, what, None)
    checks.require_none(checks.text_problem("text", command.text, LONGEST_TEXT, needed=True), what)
    return held.record(command, reaches_case=command.reaches_case)


def set_reporter_contact(work: Handling, command: SetReporterContact) -> Receipt:
    """Another name or way to be reached; what it was is gone."""
    what = "set how the reporter is reached"
    held, command = require_request(work, command, what, None)
    problems = checks.text_problem("reporter_name", command.reporter_name, LONGEST_WORD, needed=False)
    problems |= checks.text_problem("reporter_contact", command.reporter_contact, LONGEST_WORD, needed=False)
    checks.require_none(problems, what)
    known = store.find_reporter(work.unit, command.request_id) or Reporter("", "", "", "zh_CN")
    reporter = replace(known, name=command.reporter_name.strip(), contact=command.reporter_contact.strip())
    store.set_reporter(work.unit, command.request_id, held.case.case_id, reporter)
    return held.record(command, reaches_case=command.reaches_case)


# ------------------------------------------------------------------------------------------------ for each of them
@dataclass(frozen=True, slots=True)
class Held:
    """A request whose case is locked and in memory."""

    work: Handling
    case: Case
    request: ServiceRequest
    instance: Instance

    def waits_for(self, message: str) -> bool:
        """Whether the case runs and something in it waits for this message."""
        return self.case.state == "active" and bool(waiting_for(self.instance.tree, "message", message))

    def record(self, command: Command, **result: Any) -> Receipt:
        """Do it and record it."""
        told = {"request_id": self.request.request_id, "case_id": self.case.case_id, **result}
        step = acts.SERVICE_REQUEST_ACTS[type(command)](
            self.instance, self.work.run_context(self.case.unit_id, exercise=self.case.exercise), command,
            self.work.actor.actor_id,
        )
        failpoint("after_engine")
        self._leave_letter(command)
        return record(self.work, self.case, self.instance, step, command, told)

    def _leave_letter(self, command: Command) -> None:
        """A case that stands still is told once it goes on, if something in it waits for that."""
        letter = letters.find_letter(command) if self.case.state == "suspended" else None
        if letter is not None and waiting_for(self.instance.tree, "message", letter[0]):
            name, payload = letter
            write(self.work, self.case.case_id, name, f"{name}:{command.command_id}", payload)



def require_request(
    work: Handling, command: C, what: str, message: str | None, *, is_open: bool = False
) -> tuple[Held, C]:
    """The request, held, and the command settled: who acts, and whether the case waits for it.

    Raises:
        NotFoundError: there is none, or the code is wrong.
        NotPermittedError: no code is given, and the actor does not handle such requests.
        InvalidStateError: it is closed, where it has to be open.
    """
    held = lock_request(work, command.request_id, what)
    case, found = held.case, held.request
    settled: dict[str, Any] = {}
    if isinstance(command, ReporterCommand) and command.code:
        reporter = store.find_reporter(work.unit, found.request_id)
        if reporter is None or not is_code(command.code, reporter.code_sha256):
            raise _no_request(what)
        settled["by_reporter"] = True
    else:
        if isinstance(command, ReporterCommand):
            settled["by_reporter"] = False
        require_permission(work.actor, HANDLE, what, found.unit_id or case.unit_id, case.process_id)
    if is_open and found.status in CLOSED:
        raise InvalidStateError(f"Expected to {what}, but it is closed.", state=found.status)
    settled["reaches_case"] = message is not None and held.waits_for(message)
    return held, replace(command, **settled)


def lock_request(work: Handling, request_id: str, what: str) -> Held:
    """The request, with its case locked: whoever else acts on it waits. Raises NotFoundError."""
    before = store.find_request(work.unit, request_id)
    for _ in range(3):
        if before is None:
            break
        case = find_case(work.unit, before.case_id)
        found = store.find_request(work.unit, request_id)
        if case is not None and found is not None and found.case_id == case.case_id:
            return Held(work, case, found, work.take_instance(case))
        before = found  # It was reopened meanwhile: another case has it.
    raise _no_request(what)


def _no_request(what: str) -> NotFoundError:
    return NotFoundError(f"Expected to {what}, but there is none of this id and code.")


# ------------------------------------------------------------------------------------------------ coming in
def _settled(work: Handling, command: SubmitServiceRequest) -> SubmitServiceRequest:
    """With everything that the record has to say."""
    description = command.description.strip()
    place_code = command.place_code
    if place_code is None and command.lat is not None and command.lon is not None:
        place_code = place_of(work, command.lat, command.lon)
    category = find_category(work, command.category.strip())
    trusted = command.proved or command.source not in PUBLIC_SOURCES
    process_id = DEFAULT_PROCESS if category is None else category.process_id
    tier = "general" if category is None else category.tier
    if may_somewhere(work.actor, SUBMIT):  # what goes where, and how urgent it is, is not everybody's to say
        process_id, tier = command.process_id or process_id, command.tier or tier
    return replace(
        command,
        title=command.title.strip(), description=description, address=command.address.strip(),
        category=command.category.strip(), place_code=place_code or None,
        process_id=process_id, tier=tier,
        attributes=clean_variables(command.attributes) if command.attributes else {},
        photos=[{name: photo.get(name) for name in ("digest", "public_digest", "media_type", "size")}
                for photo in command.photos],
        public_description=public_text(description, command.reporter_name, command.reporter_contact),
        moderation="hidden" if not command.show else "shown" if trusted else "waiting",
        reporter_known=bool(command.reporter_contact.strip()), received_at=work.now.isoformat(),
    )  # fmt: skip


def _category_problem(work: Handling, command: SubmitServiceRequest) -> dict[str, str]:
    """Where the city keeps a catalogue, everybody chooses from what it offers them."""
    category = find_category(work, command.category)
    if category is None and has_catalogue(work):
        return {"category": "There is no such category."}
    if category is not None and command.source in PUBLIC_SOURCES and not category.public:
        return {"category": "This category is for staff."}
    return {}


def _new_number(work: Handling, request_id: str) -> str:
    attempt = 0
    while store.is_number_taken(work.unit, number := tracking_number(request_id, attempt)):
        attempt += 1
    return number
