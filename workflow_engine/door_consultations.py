"""The part of the public door that is about consultations of the public."""

from __future__ import annotations

from workflow_engine.domain.consultation_commands import (
    AnswerOpinions,
    ExtendConsultation,
    ModerateOpinions,
    SubmitOpinion,
    WithdrawConsultation,
)
from workflow_engine.domain.consultations import fingerprint, masked, said_in
from workflow_engine.queries.consultations import (
    ConsultationDetail,
    ConsultationRow,
    OpinionAtWork,
    OpinionWish,
    PublicOpinion,
)

__all__ = [
    "AnswerOpinions",
    "ConsultationDetail",
    "ConsultationRow",
    "ExtendConsultation",
    "ModerateOpinions",
    "OpinionAtWork",
    "OpinionWish",
    "PublicOpinion",
    "SubmitOpinion",
    "WithdrawConsultation",
    "fingerprint",
    "masked",
    "said_in",
]
