"""Of the public door: the organisation: people, units, rights, the calendar and the city."""

from __future__ import annotations

from workflow_engine.domain.calendar_content import notice_changes
from workflow_engine.domain.organisation_commands import (
    BindAccount,
    ChangeCalendar,
    ChangePassword,
    ChangeProfile,
    DecideProposal,
    GiveGrant,
    NoteReading,
    ProposePower,
    ResetPassword,
    RevokeGrant,
)
from workflow_engine.domain.organisation_rows import KINDS as ORGANISATION_KINDS
from workflow_engine.domain.permissions import HOLDERS, POWER, SCOPED, is_reader, may, may_somewhere
from workflow_engine.domain.profile import Profile
from workflow_engine.interchange.organisation_csv import CellProblem
from workflow_engine.organisation_files import OrganisationFiles, organisation_csv
from workflow_engine.passwords import is_easy_to_guess
from workflow_engine.queries.organisation_rows import (
    ChangeRow,
    DeputyRow,
    GrantRow,
    MemberRow,
    PositionRow,
    ProposalRow,
    ReadingRow,
    ShiftRow,
    UnitDetail,
    UnitRow,
)
from workflow_engine.queries.people import hash_password

__all__ = [
    "HOLDERS",
    "ORGANISATION_KINDS",
    "POWER",
    "SCOPED",
    "BindAccount",
    "CellProblem",
    "ChangeCalendar",
    "ChangePassword",
    "ChangeProfile",
    "ChangeRow",
    "DecideProposal",
    "DeputyRow",
    "GiveGrant",
    "GrantRow",
    "MemberRow",
    "NoteReading",
    "OrganisationFiles",
    "PositionRow",
    "Profile",
    "ProposalRow",
    "ProposePower",
    "ReadingRow",
    "ResetPassword",
    "RevokeGrant",
    "ShiftRow",
    "UnitDetail",
    "UnitRow",
    "hash_password",
    "is_easy_to_guess",
    "is_reader",
    "may",
    "may_somewhere",
    "notice_changes",
    "organisation_csv",
]
