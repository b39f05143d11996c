"""What templates may call: names, times and small formats. Nothing here writes."""

from __future__ import annotations

from flask import Flask

from web.i18n import gettext as _
from web.i18n import marked
from web.presenters import decision_words, emergency_cards, emergency_told, model_words, people, times
from web.presenters.findings import finding_title
from web.presenters.names import in_language
from web.presenters.operating import BATCH_STATES
from web.presenters.prose import coded, prose
from web.presenters.telling import strong
from workflow_engine import new_id

CASE_STATES = {
    "active": marked("Running"),
    "suspended": marked("Suspended"),
    "completed": marked("Closed"),
    "terminated": marked("Ended early"),
    "cancelled": marked("Cancelled"),
}
DEFINITION_STATES = {"draft": marked("Draft"), "released": marked("Released"), "retired": marked("Retired")}
TASK_STATES = {
    "ready": marked("Open"),
    "claimed": marked("Taken"),
    "completed": marked("Done"),
    "cancelled": marked("Withdrawn"),
}
SEVERITIES = {"error": marked("Error"), "warning": marked("Warning"), "info": marked("Note")}
ALERT_WORDS = {
    "Actual": marked("Actual"), "Exercise": marked("Exercise"), "Test": marked("Test"), "System": marked("System"),
    "Draft": marked("Draft"), "Alert": marked("Alert"), "Update": marked("Update"), "Cancel": marked("Cancel"),
    "Ack": marked("Receipt"), "Error": marked("Error"), "Extreme": marked("Extreme"), "Severe": marked("Severe"),
    "Moderate": marked("Moderate"), "Minor": marked("Minor"), "Unknown": marked("Unknown"),
    "Geo": marked("Earth"), "Met": marked("Weather"), "Safety": marked("Safety"), "Security": marked("Security"),
    "Rescue": marked("Rescue"), "Fire": marked("Fire"), "Health": marked("Public health"), "Env": marked("Environment"),
    "Transport": marked("Transport"), "Infra": marked("Infrastructure"), "CBRNE": marked("Hazardous substances"),
    "Other": marked("Other"),
}  # fmt: skip


def state_name(state: str) -> str:
    """The word for a state of a case, a task, a definition or a problem."""
    known = {**DEFINITION_STATES, **TASK_STATES, **CASE_STATES, **SEVERITIES}
    return _(known[state]) if state in known else state


def task_state_name(state: str) -> str:
    """The word for a task's state; tasks and cases share names of states."""
    return _(TASK_STATES.get(state, state))


def batch_state_name(state: str) -> str:
    """The word for a batch's state; cases have states of the same names."""
    return _(BATCH_STATES.get(state, state))


def alert_word(word: str) -> str:
    """The word for a code of the alerting protocol."""
    return _(ALERT_WORDS.get(word, word))


def init_app(app: Flask) -> None:
    """Give them to Jinja."""
    app.jinja_env.filters.update(
        ago=times.ago,
        span=times.span,
        exact=times.exact,
        clock_time=times.clock_time,
        day=times.day,
        long_day=times.long_day,
        state_name=state_name,
        task_state_name=task_state_name,
        actor_name=people.actor_name,
        voter_name=decision_words.voter_name,
        display_name=people.display_name,
        unit_name=people.unit_name,
        group_names=people.group_names,
        initials=people.initials,
        roles=people.roles,
        alert_word=alert_word,
        batch_state_name=batch_state_name,
        prose=prose,
        coded=coded,
        finding_title=finding_title,
        change_kind=model_words.change_kind,
        element_type=model_words.element_type,
        place_state=model_words.place_state,
        value_name=model_words.value_name,
        duty_state=emergency_cards.duty_state,
        emergency_outcome=emergency_told.outcome_words,
        emergency_report=emergency_cards.report_words,
        emergency_unit=emergency_cards.unit_in_words,
        emergency_why=emergency_told.why_words,
    )
    app.jinja_env.globals.update(new_key=new_id, strong=strong, in_language=in_language)
