"""The city profile as pages need it: looked up every few seconds, so that a change is felt without a restart."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

from flask import Flask, current_app, request

from web.i18n import current_language
from workflow_engine import Engine, Profile, Settings

_SECONDS = 3.0


class CityProfile:
    """The profile that holds now; safe to ask from many threads."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine = engine
        self._settings = settings
        self._lock = threading.Lock()
        self._looked_at = float("-inf")
        self._profile = Profile()

    def get(self) -> Profile:
        """The profile; where nobody has changed it yet, zone and language are those of the settings."""
        with self._lock:
            if time.monotonic() - self._looked_at > _SECONDS:
                profile, version = self._engine.queries.organisation.profile()
                if version.version == 0:
                    profile = replace(profile, time_zone=self._settings.time_zone)
                self._profile, self._looked_at = profile, time.monotonic()
            return self._profile

    def forget(self) -> None:
        """Look again at the next question."""
        with self._lock:
            self._looked_at = float("-inf")


def init_app(app: Flask, engine: Engine, settings: Settings) -> None:
    """Let the profile be felt: sizes of requests, and the city's name on every page."""
    app.extensions["city"] = CityProfile(engine, settings)
    app.before_request(limit_size)
    app.jinja_env.globals["city_name"] = city_name


def profile() -> Profile:
    """The profile that holds now."""
    city: CityProfile = current_app.extensions["city"]
    return city.get()


def session_limits(app: Flask) -> tuple[float, float]:
    """After how many seconds without a request, and after how many in all, somebody has to sign in again."""
    found = app.extensions["city"].get()
    return found.idle_minutes * 60.0, found.longest_session_hours * 3600.0


def city_name() -> str:
    """What the city calls itself; empty where nobody said."""
    found = profile()
    zh, en = found.city_name_zh, found.city_name_en
    return (zh or en) if current_language().key == "zh" else (en or zh)


def limit_size() -> None:
    """Requests are no larger than the profile says."""
    if request.method not in ("GET", "HEAD"):
        request.max_content_length = profile().most_upload_megabytes * 1024 * 1024
