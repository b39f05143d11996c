"""The part of the public door that is about supervision."""

from __future__ import annotations

from workflow_engine.domain.supervision import ANSWER_DAYS, RUNGS, EvidenceFile, next_rung, notice_id_of
from workflow_engine.domain.supervision_commands import (
    AcceptAnswer,
    AnswerNotice,
    IssueNotice,
    RejectAnswer,
    WithdrawNotice,
)
from workflow_engine.queries.supervised_rows import Board, BoardWish, DayFigures, MatterRow, Standing, UnitStanding
from workflow_engine.queries.supervision_rows import (
    NoticeAnswerRow,
    NoticeDetail,
    NoticeFileRow,
    NoticeRow,
    NoticeWish,
    WaitingNotices,
)

__all__ = [
    "ANSWER_DAYS",
    "RUNGS",
    "AcceptAnswer",
    "AnswerNotice",
    "Board",
    "BoardWish",
    "DayFigures",
    "EvidenceFile",
    "IssueNotice",
    "MatterRow",
    "NoticeAnswerRow",
    "NoticeDetail",
    "NoticeFileRow",
    "NoticeRow",
    "NoticeWish",
    "RejectAnswer",
    "Standing",
    "UnitStanding",
    "WaitingNotices",
    "WithdrawNotice",
    "next_rung",
    "notice_id_of",
]
