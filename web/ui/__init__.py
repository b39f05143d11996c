"""The pages, one module per subject."""

from web.ui import (
    alerts,
    calendar,
    cases,
    health,
    inbox,
    model_try,
    model_work,
    models,
    operations,
    overview,
    preferences,
    programs,
    replay,
    sign_in,
    tasks,
)

BLUEPRINTS = (
    sign_in.blueprint,
    preferences.blueprint,
    inbox.blueprint,
    tasks.blueprint,
    cases.blueprint,
    operations.blueprint,
    overview.blueprint,
    alerts.blueprint,
    models.blueprint,
    model_work.blueprint,
    model_try.blueprint,
    health.blueprint,
    calendar.blueprint,
    programs.blueprint,
    replay.blueprint,
)
