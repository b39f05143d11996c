"""Makes the web application: puts the parts together, in the order in which a request passes through them."""

from __future__ import annotations

from pathlib import Path

import flask
from flask import Flask
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from web import (
    api,
    auth,
    city,
    enterprise,
    errors,
    i18n,
    metrics,
    navigation,
    open311,
    permissions,
    preferences,
    reading,
    request_lanes,
    security,
    static_files,
    theme,
)
from web.api.tokens import OutsideWorkers
from web.config import WebSettings
from web.identity import provider
from web.identity.directory import Directory
from web.pace import Pace
from web.presenters import filters, organisation, picking
from web.public import BLUEPRINTS as PUBLIC_BLUEPRINTS
from web.public import links, places
from web.sessions import ServerSessions, SessionStore
from web.throttle import SignInThrottle
from web.ui import BLUEPRINTS
from workflow_engine import Engine, RehearsalPlayer, Settings, TryOuts

FOLDER = Path(__file__).parent


def create_app(engine: Engine, settings: Settings, sessions: SessionStore | None = None) -> Flask:
    """The WSGI application over an open engine; the caller closes the engine.

    ``sessions`` is where sign-ins are kept: by default a file beside the database, or memory where there is none.

    Raises:
        SettingsError: the file of workers' tokens, the provider's or the directory's settings cannot be used.
    """
    web_settings = WebSettings.read(settings)
    app = Flask("web", root_path=str(FOLDER), static_folder=None)
    app.extensions.update(engine=engine, settings=settings, throttle=SignInThrottle(), web_settings=web_settings)
    app.extensions["opinion_pace"] = Pace(most=10, seconds=600)
    app.extensions["open311_pace"] = Pace(most=60, seconds=60)
    app.extensions["report_pace"] = Pace(most=5, seconds=600)
    app.extensions["track_pace"] = Pace(most=10, seconds=600)
    app.extensions["act_pace"] = Pace(most=20, seconds=600)
    app.extensions["outside_workers"] = OutsideWorkers(web_settings.worker_tokens_file)
    app.extensions["tries"] = TryOuts(web_settings.tries_folder)
    app.extensions["rehearsals"] = RehearsalPlayer(web_settings.rehearsals_folder, settings)
    store = sessions or SessionStore(web_settings.session_file)
    app.session_interface = ServerSessions(store)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if web_settings.proxies:
        hops = web_settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    city.init_app(app, engine, settings)
    security.init_app(
        app, trusted_hosts=web_settings.trusted_hosts, https=web_settings.https, tiles=web_settings.map_tiles
    )
    i18n.init_app(app, lambda: city.profile().time_zone, lambda: city.profile().language or web_settings.language)
    store.limits = lambda: city.session_limits(app)
    metrics.init_app(app, engine)
    auth.init_app(app)
    enterprise.init_app(app)
    reading.init_app(app)
    provider.init_app(app, settings)
    app.extensions["directory"] = Directory.from_settings(settings)
    request_lanes.init_app(app, engine)
    errors.init_app(app)
    static_files.init_app(app)
    filters.init_app(app)
    places.init_app(app)
    links.init_app(app)
    organisation.init_app(app)
    picking.init_app(app)
    app.jinja_env.globals.update(may=permissions.may, g=flask.g, shown_areas=navigation.shown_areas)
    app.jinja_env.globals.update(current_theme=theme.current_theme, themes=list(theme.THEMES.values()))
    app.jinja_env.globals.update(preference=preferences.preference)
    for blueprint in (*BLUEPRINTS, *PUBLIC_BLUEPRINTS, api.blueprint, open311.blueprint):
        app.register_blueprint(blueprint)
    return app
