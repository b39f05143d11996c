"""The two things every view needs: the engine, and its settings."""

from __future__ import annotations

from typing import cast

from flask import current_app

from workflow_engine import Engine, Settings


def engine() -> Engine:
    """The engine of this application."""
    return cast(Engine, current_app.extensions["engine"])


def settings() -> Settings:
    """The settings this application was made with."""
    return cast(Settings, current_app.extensions["settings"])
