"""Everything that can be looked at. Each method is one snapshot of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, ClassVar

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.clock import Clock
from workflow_engine.library import Library
from workflow_engine.queries import cases, definitions, operations, people, record, user_tasks
from workflow_engine.queries.access import AccessQueries
from workflow_engine.queries.alert_sources import AlertSourceQueries
from workflow_engine.queries.analysis import AnalysisQueries
from workflow_engine.queries.analysis_paths import PathQueries
from workflow_engine.queries.assigning import AssigningQueries
from workflow_engine.queries.ballots import BallotQueries
from workflow_engine.queries.case_lists import CaseListQueries
from workflow_engine.queries.case_walks import CaseFilter, find_cases
from workflow_engine.queries.catalogue import CatalogueQueries
from workflow_engine.queries.consultations import ConsultationQueries
from workflow_engine.queries.coverage import CoverageQueries
from workflow_engine.queries.deadlines import DeadlineQueries
from workflow_engine.queries.desk import DeskQueries
from workflow_engine.queries.destructions import DestructionQueries
from workflow_engine.queries.emergencies import EmergencyQueries
from workflow_engine.queries.enterprise import EnterpriseQueries
from workflow_engine.queries.exercises import ExerciseQueries
from workflow_engine.queries.findings import FindingQueries
from workflow_engine.queries.hot_spots import HotSpotQueries
from workflow_engine.queries.indicators import IndicatorQueries
from workflow_engine.queries.keeping import KeepingQueries
from workflow_engine.queries.lanes import LaneQueries
from workflow_engine.queries.load import load
from workflow_engine.queries.log import LogQueries
from workflow_engine.queries.models import ModelQuestions
from workflow_engine.queries.open311 import Open311Queries
from workflow_engine.queries.operating import OperationQueries
from workflow_engine.queries.organisation import OrganisationQueries
from workflow_engine.queries.parameters import ParameterQueries
from workflow_engine.queries.past_work import PastWorkQueries
from workflow_engine.queries.places import PlaceQueries
from workflow_engine.queries.publications import PublicationQueries
from workflow_engine.queries.queues import TaskWish
from workflow_engine.queries.rehearsals import RehearsalQueries
from workflow_engine.queries.replanning import ReplanQueries
from workflow_engine.queries.resources import ResourceQueries
from workflow_engine.queries.rows import (
    AlertRow,
    CaseDetail,
    CaseRow,
    DefinitionDetail,
    DefinitionRow,
    GroupRow,
    HistoryRow,
    InboxRow,
    IncidentRow,
    JobRow,
    MessageRow,
    OutboxRow,
    Page,
    PersonRow,
    UserTaskRow,
)
from workflow_engine.queries.service_categories import ServiceCategoryQueries
from workflow_engine.queries.service_requests import ServiceRequestQueries
from workflow_engine.queries.situation_reports import SituationReportQueries
from workflow_engine.queries.snapshot import Look, Snapshot
from workflow_engine.queries.supervised import SupervisedQueries
from workflow_engine.queries.supervision import SupervisionQueries
from workflow_engine.queries.task_lists import TaskQueries, page_of_queue
from workflow_engine.queries.telling import TellingQueries
from workflow_engine.queries.warnings import WarningQueries
from workflow_engine.queries.work import WorkQueries
from workflow_engine.storage.database import Database
from workflow_engine.storage.unit_of_work import UnitOfWork


class Queries:
    """The read side of an engine; safe to use from many threads."""

    PARTS: ClassVar[dict[str, type]] = {
        "alert_sources": AlertSourceQueries,
        "analysis": AnalysisQueries,
        "assigning": AssigningQueries,
        "ballots": BallotQueries,
        "case_lists": CaseListQueries,
        "consultations": ConsultationQueries,
        "coverage": CoverageQueries,
        "deadlines": DeadlineQueries,
        "desk": DeskQueries,
        "emergencies": EmergencyQueries,
        "destructions": DestructionQueries,
        "enterprise": EnterpriseQueries,
        "exercises": ExerciseQueries,
        "findings": FindingQueries,
        "hot_spots": HotSpotQueries,
        "indicators": IndicatorQueries,
        "log": LogQueries,
        "models": ModelQuestions,
        "open311": Open311Queries,
        "operation": OperationQueries,
        "organisation": OrganisationQueries,
        "parameters": ParameterQueries,
        "past_work": PastWorkQueries,
        "paths": PathQueries,
        "places": PlaceQueries,
        "publications": PublicationQueries,
        "rehearsals": RehearsalQueries,
        "resources": ResourceQueries,
        "replans": ReplanQueries,
        "service_categories": ServiceCategoryQueries,
        "service_requests": ServiceRequestQueries,
        "situation_reports": SituationReportQueries,
        "supervised": SupervisedQueries,
        "supervision": SupervisionQueries,
        "tasks": TaskQueries,
        "telling": TellingQueries,
        "warnings": WarningQueries,
        "work": WorkQueries,
    }
    """What its parts are, for whoever looks up the words and types of a question."""

    def __init__(self, database: Database, library: Library, clock: Clock) -> None:
        self._database = database
        self._library = library
        self.access = AccessQueries(self.snapshot)
        self.telling = TellingQueries(self.snapshot)
        self.organisation = OrganisationQueries(self.snapshot, self.look, clock)
        self.assigning = AssigningQueries(self.snapshot)
        self.models = ModelQuestions(self)
        self.operation = OperationQueries(self.snapshot)
        self.analysis = AnalysisQueries(self.snapshot, clock)
        self.paths = PathQueries(self.snapshot)
        self.past_work = PastWorkQueries(self.snapshot)
        self.log = LogQueries(self.snapshot)
        self.lanes = LaneQueries(self.look)
        self.work = WorkQueries(self.snapshot)
        self.parameters = ParameterQueries(self.look)
        self.places = PlaceQueries(self.look)
        self.deadlines = DeadlineQueries(self.snapshot, self.look)
        self.desk = DeskQueries(self.look)
        self.emergencies = EmergencyQueries(self.snapshot, clock)
        self.destructions = DestructionQueries(self.snapshot)
        self.tasks = TaskQueries(self.snapshot, self.look)
        self.case_lists = CaseListQueries(self.snapshot)
        self.consultations = ConsultationQueries(self.snapshot)
        self.ballots = BallotQueries(self.snapshot)
        self.coverage = CoverageQueries(self.snapshot)
        self.exercises = ExerciseQueries(self.snapshot)
        self.rehearsals = RehearsalQueries(self.snapshot)
        self.findings = FindingQueries(self.snapshot, clock)
        self.hot_spots = HotSpotQueries(self.snapshot)
        self.open311 = Open311Queries(self.snapshot)
        self.publications = PublicationQueries(self.snapshot)
        self.replans = ReplanQueries(self.snapshot, self.look, clock)
        self.enterprise = EnterpriseQueries(self.snapshot)
        self.supervised = SupervisedQueries(self.snapshot)
        self.supervision = SupervisionQueries(self.snapshot, self.look)
        self.catalogue = CatalogueQueries(self.snapshot)
        self.indicators = IndicatorQueries(self.snapshot, clock)
        self.service_requests = ServiceRequestQueries(self.snapshot)
        self.keeping = KeepingQueries(self.snapshot)
        self.service_categories = ServiceCategoryQueries(self.look, clock)
        self.resources = ResourceQueries(self.snapshot, clock)
        self.warnings = WarningQueries(self.snapshot)
        self.situation_reports = SituationReportQueries(self.snapshot, clock)
        self.alert_sources = AlertSourceQueries(self.snapshot)

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """One consistent look, for several questions at once."""
        with self._database.read() as connection:
            connection.begin()
            cursor = connection.connection.cursor()
            try:
                yield Snapshot(UnitOfWork(cursor, self._database.dialect), self._library, connection)
            finally:
                cursor.close()

    @contextmanager
    def look(self) -> Iterator[Look]:
        """The same for questions that are asked in every request: compiled statements only."""
        with self._database.look() as unit:
            yield Look(unit, self._library)

    # ---- work
    def inbox(
        self, actor: Actor, queue: str = "mine", search: str | None = None, after: str | None = None, limit: int = 50
    ) -> Page[InboxRow]:
        """A page of the actor's tasks: ``mine``, ``offered``, ``all_open`` (within reach), ``waiting`` or ``done``."""
        with self.snapshot() as snapshot:
            return page_of_queue(snapshot.connection, actor, TaskWish(queue, search or ""), after, limit)

    def get_user_task(self, user_task_id: str, actor: Actor) -> UserTaskRow:
        """One task with form and variables. Raises NotFoundError."""
        with self.look() as look:
            return user_tasks.get_user_task(look, user_task_id, actor)

    # ---- cases
    def find_cases(
        self,
        actor: Actor,
        *,
        process_id: str | None = None,
        state: str | None = None,
        search: str | None = None,
        exercise: bool | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Page[CaseRow]:
        """Cases within the actor's reach, the newest first."""
        with self.snapshot() as snapshot:
            wanted = CaseFilter(process_id, state, search, exercise)
            return find_cases(snapshot, actor, wanted, after=after, limit=limit)

    def get_case(self, case_id: str, actor: Actor) -> CaseDetail:
        """Everything about where a case stands. Raises NotFoundError."""
        with self.snapshot() as snapshot:
            return cases.get_case(snapshot, case_id, actor)

    def get_history(self, case_id: str, actor: Actor) -> list[HistoryRow]:
        """The record of a case, the oldest entry first. Raises NotFoundError."""
        with self.snapshot() as snapshot:
            cases.require_visible_case(snapshot, case_id, actor)
            return record.get_history(snapshot, case_id)

    def count_cases(self) -> dict[str, int]:
        """How many cases there are, by state."""
        with self.snapshot() as snapshot:
            return operations.count_cases(snapshot)

    # ---- definitions
    def list_definitions(self) -> list[DefinitionRow]:
        """Every version, by process and from the newest."""
        with self.snapshot() as snapshot:
            return definitions.list_definitions(snapshot)

    def get_definition(self, definition_id: str) -> DefinitionDetail:
        """One version with its files. Raises NotFoundError."""
        with self.snapshot() as snapshot:
            return definitions.get_definition(snapshot, definition_id)

    # ---- people
    def find_person(self, person_id: str) -> PersonRow | None:
        """The person, unless disabled."""
        with self.snapshot() as snapshot:
            return people.find_person(snapshot, person_id)

    def list_people(self, group_id: str | None = None) -> list[PersonRow]:
        """Everybody, or everybody in a group."""
        with self.snapshot() as snapshot:
            return people.list_people(snapshot, group_id)

    def list_groups(self) -> list[GroupRow]:
        """Units and roles with their names."""
        with self.snapshot() as snapshot:
            return people.list_groups(snapshot)

    def authenticate(self, sign_in_name: str, password: str) -> PersonRow | None:
        """Who signs in with these; None when nobody does."""
        with self.snapshot() as snapshot:
            return people.authenticate(snapshot, sign_in_name, password)

    # ---- operation
    def list_incidents(self, after: str | None = None, limit: int = 50) -> Page[IncidentRow]:
        """Open incidents, the oldest first."""
        with self.snapshot() as snapshot:
            return operations.list_incidents(snapshot, after, limit)

    def list_messages(self, state: str | None = None, after: str | None = None, limit: int = 50) -> Page[MessageRow]:
        """Messages, the newest first; ``expired`` are those that reached nobody."""
        with self.snapshot() as snapshot:
            return operations.list_messages(snapshot, state, after, limit)

    def list_jobs(
        self, state: str | None = None, topic: str | None = None, after: str | None = None, limit: int = 50
    ) -> Page[JobRow]:
        """Jobs, the oldest first."""
        with self.snapshot() as snapshot:
            return operations.list_jobs(snapshot, state, topic, after, limit)

    def list_outbox(self, state: str = "pending", limit: int = 50) -> list[OutboxRow]:
        """Deliveries in this state."""
        with self.snapshot() as snapshot:
            return operations.list_outbox(snapshot, state, limit)

    def get_alerts(
        self,
        case_id: str | None = None,
        exercise: bool | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Page[AlertRow]:
        """Alerts that came in, the newest first."""
        with self.snapshot() as snapshot:
            return operations.get_alerts(snapshot, case_id, exercise, after, limit)

    def next_due_at(self, lane: int | None = None) -> datetime | None:
        """When the next timer (of one lane) falls due (it may be past); None when none is set."""
        with self._database.look() as unit:
            return operations.next_due_at(unit, lane)

    def load(self, now: datetime) -> dict[str, Any]:
        """How much there is to do and how late it is."""
        with self.snapshot() as snapshot:
            return load(snapshot, now)
