"""Every table, for SQLite and PostgreSQL alike; constraints refuse what the lifecycle tables forbid."""

from __future__ import annotations

from workflow_engine.storage.schema.access import api_token
from workflow_engine.storage.schema.alert_sources import alert_source, alert_source_entry
from workflow_engine.storage.schema.analysis import case_path, inspection_sample, visit, visit_day
from workflow_engine.storage.schema.audit import audit_entry, command, entry_payload, stream
from workflow_engine.storage.schema.ballots import (
    ballot,
    ballot_paper,
    ballot_preparation,
    ballot_round,
    ballot_vote,
    ballot_voter,
)
from workflow_engine.storage.schema.case_numbers import case_number_series
from workflow_engine.storage.schema.cases import (
    case_scope,
    incident,
    offer,
    process_instance,
    submission,
    token,
    user_task,
)
from workflow_engine.storage.schema.conflicts import conflict_of_interest
from workflow_engine.storage.schema.consultations import consultation, consultation_notice, consultation_opinion
from workflow_engine.storage.schema.deadlines import deadline, reckoned_case
from workflow_engine.storage.schema.definitions import definition, definition_file, definition_process, start_trigger
from workflow_engine.storage.schema.desk import person_preference, saved_view, task_seen
from workflow_engine.storage.schema.destruction import (
    destruction,
    destruction_case,
    destruction_file,
    destruction_trace,
    redacted_values,
)
from workflow_engine.storage.schema.exercises import exercise, exercise_case, exercise_inject, exercise_note
from workflow_engine.storage.schema.hot_spots import hot_spot, request_day, request_day_progress
from workflow_engine.storage.schema.indicators import (
    indicator_cell,
    indicator_comment,
    indicator_definition,
    indicator_input,
    indicator_publication,
    indicator_reading,
    indicator_thing,
    indicator_value,
)
from workflow_engine.storage.schema.keeping import case_hold, case_removal
from workflow_engine.storage.schema.log import log_checkpoint, log_head, log_leaf, log_node, log_stream
from workflow_engine.storage.schema.metadata import METADATA
from workflow_engine.storage.schema.model_work import model_work, model_work_file
from workflow_engine.storage.schema.operations import batch, batch_item
from workflow_engine.storage.schema.organisation import (
    case_reading,
    deputy,
    duty_shift,
    organisation_change,
    permission_grant,
    permission_verb,
    position,
    proposal,
    setting_version,
    unit_below,
)
from workflow_engine.storage.schema.people import alert, heartbeat, membership, person, role, unit
from workflow_engine.storage.schema.places import place_shape
from workflow_engine.storage.schema.publications import published_decision
from workflow_engine.storage.schema.rehearsals import rehearsal
from workflow_engine.storage.schema.replanning import replan, replan_case, replan_policy, task_plan
from workflow_engine.storage.schema.resources import (
    resource,
    resource_booking,
    resource_booking_step,
    resource_change,
    resource_offer,
    resource_request,
    resource_request_line,
    resource_reservation,
    resource_settlement,
)
from workflow_engine.storage.schema.service_categories import service_category_version
from workflow_engine.storage.schema.service_requests import (
    service_request,
    service_request_photo,
    service_request_reporter,
    service_request_step,
)
from workflow_engine.storage.schema.situation_reports import (
    command_briefing,
    report_transmission,
    situation_report,
    situation_report_version,
)
from workflow_engine.storage.schema.supervised import (
    supervised_count,
    supervised_cursor,
    supervised_day,
    supervised_matter,
)
from workflow_engine.storage.schema.supervision import (
    supervision_answer,
    supervision_file,
    supervision_notice,
    supervision_series,
)
from workflow_engine.storage.schema.telling import delivery, mail_choice, telling_cursor, webhook
from workflow_engine.storage.schema.waiting import (
    job,
    message,
    message_digest,
    message_key,
    outbox,
    signal,
    signal_delivery,
    subscription,
    timer,
)
from workflow_engine.storage.schema.warnings import published_warning
from workflow_engine.storage.schema.work import (
    attachment,
    comment,
    note,
    task_copy,
    task_delegation,
    task_draft,
    task_opinion,
)

__all__ = [
    "METADATA",
    "alert",
    "alert_source",
    "alert_source_entry",
    "api_token",
    "attachment",
    "audit_entry",
    "ballot",
    "ballot_paper",
    "ballot_preparation",
    "ballot_round",
    "ballot_vote",
    "ballot_voter",
    "batch",
    "batch_item",
    "case_hold",
    "case_number_series",
    "case_path",
    "case_reading",
    "case_removal",
    "case_scope",
    "command",
    "command_briefing",
    "comment",
    "conflict_of_interest",
    "consultation",
    "consultation_notice",
    "consultation_opinion",
    "deadline",
    "definition",
    "definition_file",
    "definition_process",
    "delivery",
    "deputy",
    "destruction",
    "destruction_case",
    "destruction_file",
    "destruction_trace",
    "duty_shift",
    "entry_payload",
    "exercise",
    "exercise_case",
    "exercise_inject",
    "exercise_note",
    "heartbeat",
    "hot_spot",
    "incident",
    "indicator_cell",
    "indicator_comment",
    "indicator_definition",
    "indicator_input",
    "indicator_publication",
    "indicator_reading",
    "indicator_thing",
    "indicator_value",
    "inspection_sample",
    "job",
    "log_checkpoint",
    "log_head",
    "log_leaf",
    "log_node",
    "log_stream",
    "mail_choice",
    "membership",
    "message",
    "message_digest",
    "message_key",
    "model_work",
    "model_work_file",
    "note",
    "offer",
    "organisation_change",
    "outbox",
    "permission_grant",
    "permission_verb",
    "person",
    "person_preference",
    "place_shape",
    "position",
    "process_instance",
    "proposal",
    "published_decision",
    "published_warning",
    "reckoned_case",
    "redacted_values",
    "rehearsal",
    "replan",
    "replan_case",
    "replan_policy",
    "report_transmission",
    "request_day",
    "request_day_progress",
    "resource",
    "resource_booking",
    "resource_booking_step",
    "resource_change",
    "resource_offer",
    "resource_request",
    "resource_request_line",
    "resource_reservation",
    "resource_settlement",
    "role",
    "saved_view",
    "service_category_version",
    "service_request",
    "service_request_photo",
    "service_request_reporter",
    "service_request_step",
    "setting_version",
    "signal",
    "signal_delivery",
    "situation_report",
    "situation_report_version",
    "start_trigger",
    "stream",
    "submission",
    "subscription",
    "supervised_count",
    "supervised_cursor",
    "supervised_day",
    "supervised_matter",
    "supervision_answer",
    "supervision_file",
    "supervision_notice",
    "supervision_series",
    "task_copy",
    "task_delegation",
    "task_draft",
    "task_opinion",
    "task_plan",
    "task_seen",
    "telling_cursor",
    "timer",
    "token",
    "unit",
    "unit_below",
    "user_task",
    "visit",
    "visit_day",
    "webhook",
]
