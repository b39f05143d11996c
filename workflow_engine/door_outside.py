"""The part of the public door that is about programs and people outside: tokens, webhooks, mail, calendars."""

from __future__ import annotations

from workflow_engine.domain.access import (
    CALENDAR_SCOPE,
    SCOPES,
)
from workflow_engine.domain.access_commands import (
    CreateApiToken,
    RevokeApiToken,
)
from workflow_engine.domain.telling_commands import (
    AddWebhook,
    ChooseMail,
    PauseWebhook,
    RemoveWebhook,
    ResumeWebhook,
    SendAgain,
)
from workflow_engine.interchange.cloudevents import (
    secret_of,
)
from workflow_engine.interchange.deadlines import (
    Deadline,
    calendar_of,
)
from workflow_engine.queries.access import (
    ApiTokenRow,
)
from workflow_engine.queries.telling import (
    DeliveryRow,
    MailChoiceRow,
    WebhookRow,
)

__all__ = [
    "CALENDAR_SCOPE",
    "SCOPES",
    "AddWebhook",
    "ApiTokenRow",
    "ChooseMail",
    "CreateApiToken",
    "Deadline",
    "DeliveryRow",
    "MailChoiceRow",
    "PauseWebhook",
    "RemoveWebhook",
    "ResumeWebhook",
    "RevokeApiToken",
    "SendAgain",
    "WebhookRow",
    "calendar_of",
    "secret_of",
]
