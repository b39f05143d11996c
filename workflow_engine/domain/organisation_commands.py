"""Who may do what, passwords, the city's settings, and the note that somebody read a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workflow_engine.domain.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePassword(Command):
    """The actor chooses another password; who sends it has checked the one that holds now."""

    NAME = "person.change_password"
    SECRET = ("password_hash",)
    FOR_READERS = True
    password_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetPassword(Command):
    """An administrator gives a person a password that is good for choosing another one only."""

    NAME = "person.reset_password"
    PRIVATE = ("reason",)
    SECRET = ("password_hash",)
    person_id: str
    password_hash: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BindAccount(Command):
    """Note as whom an identity provider or directory knows a person, at their first sign-in there."""

    NAME = "person.bind_account"
    PRIVATE = ("external_id",)
    person_id: str
    external_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposePower(Command):
    """Ask for a grant, or for a person to become a member of a group with power; a second administrator agrees.

    ``content`` of a ``grant``: holder, verb, unit_id, process_id; of a ``membership``: person_id, group_id.
    """

    NAME = "power.propose"
    PRIVATE = ("content", "reason")
    proposal_id: str
    kind: str
    content: Mapping[str, Any]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideProposal(Command):
    """Agree to a proposal of another administrator, decline it, or withdraw one's own."""

    NAME = "power.decide"
    PRIVATE = ("reason",)
    proposal_id: str
    decision: str
    """``agreed``, ``declined`` or ``withdrawn``."""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveGrant(Command):
    """Grant a verb that gives no power over others, on one administrator's word; the operator may grant any."""

    NAME = "grant.give"
    PRIVATE = ("reason",)
    holder: str
    verb: str
    unit_id: str | None = None
    process_id: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeGrant(Command):
    """Take a grant back; less power needs no second person."""

    NAME = "grant.revoke"
    PRIVATE = ("reason",)
    grant_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeProfile(Command):
    """Set parameters of the city profile, as the version after ``base_version``."""

    NAME = "profile.change"
    PRIVATE = ("reason",)
    values: Mapping[str, Any]
    base_version: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeCalendar(Command):
    """Set days, years or hours of the working calendar, as the version after ``base_version``.

    ``days``: date to ``{"kind": "off" | "work" | "plain", "name": …}``; ``years``: year to published or not;
    ``hours``: weekday (0 is Monday, ``make_up`` for make-up days) to a list of openings like ``09:00-12:00``.
    """

    NAME = "calendar.change"
    PRIVATE = ("reason",)
    days: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    years: Mapping[str, bool] = field(default_factory=dict)
    hours: Mapping[str, list[str]] = field(default_factory=dict)
    base_version: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteReading(Command):
    """Record that the actor, who may read it as an auditor, looked at a case."""

    NAME = "case.note_reading"
    FOR_READERS = True
    about_case_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetParameters(Command):
    """Set parameters of processes on the city profile, as the version after ``base_version``.

    ``values``: by name; null: back to what the process says itself. ``published``: by name, why a value lies beyond its
    legal bounds; kept with the version, and public.
    """

    NAME = "profile.set_parameters"
    PRIVATE = ("reason",)
    values: Mapping[str, Any]
    published: Mapping[str, str] = field(default_factory=dict)
    base_version: int
    reason: str
