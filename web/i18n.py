"""English and Simplified Chinese: which language a visitor reads, and the catalogues behind ``_()``.

Catalogues are read from their ``.po`` text at start, so no compiled file has to be kept in step with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import flask_babel  # type: ignore[import-untyped]
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from flask import Flask, current_app, has_request_context, request

COOKIE = "language"
COOKIE_SECONDS = 365 * 24 * 3600
FOLDER = Path(__file__).parent / "translations"


@dataclass(frozen=True, slots=True)
class Language:
    """One language of the pages: gettext's name, HTML's tag, the key in bilingual data, its own name."""

    locale: str
    tag: str
    key: str
    name: str


ENGLISH = Language("en", "en", "en", "English")
CHINESE = Language("zh_Hans_CN", "zh-CN", "zh", "简体中文")
LANGUAGES = {language.tag: language for language in (ENGLISH, CHINESE)}


def init_app(app: Flask, time_zone: Callable[[], str], language: Callable[[], str]) -> None:
    """Load the catalogues and choose the language of every request; zone and default language may change any time."""
    app.config["LANGUAGE"] = language
    flask_babel.Babel(
        app,
        default_locale=ENGLISH.locale,
        timezone_selector=time_zone,
        locale_selector=lambda: current_language().locale,
    )
    with app.app_context():
        domain = flask_babel.get_domain()
        domain.cache[CHINESE.locale, "messages"] = load_catalogue("zh_CN")
        domain.cache[ENGLISH.locale, "messages"] = Translations()
    app.jinja_env.globals.update(current_language=current_language, languages=list(LANGUAGES.values()))


@cache
def load_catalogue(name: str, folder: Path = FOLDER) -> Translations:
    """The translations of one language, out of all its ``.po`` files: one per subject of the pages; read once."""
    compiled = BytesIO()
    write_mo(compiled, read_catalogue(name, folder))
    compiled.seek(0)
    return Translations(compiled)


def read_catalogue(name: str, folder: Path = FOLDER) -> Catalog:
    """The messages of one language; a text that two files translate differently is a ValueError."""
    whole = Catalog(locale=name)
    for path in sorted((folder / name / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as source:
            part = read_po(source, locale=name, abort_invalid=True)
        for message in part:
            known = whole.get(message.id, message.context) if message.id else None
            if known is not None and known.string != message.string:
                raise ValueError(f"Expected one translation of {message.id!r}, but {path.name} has another one.")
            if message.id:
                whole[message.id] = message
    return whole


def current_language() -> Language:
    """The visitor's language: as chosen with the switch, else what the browser asks for, else the setting."""
    if not has_request_context():
        return ENGLISH
    otherwise = CHINESE if current_app.config["LANGUAGE"]().startswith("zh") else ENGLISH
    chosen = LANGUAGES.get(request.cookies.get(COOKIE, ""))
    if chosen is not None:
        return chosen
    for tag, _quality in request.accept_languages:
        if tag.lower().startswith("zh"):
            return CHINESE
        if tag.lower().startswith("en"):
            return ENGLISH
    return otherwise


def gettext(message: str, /, **values: Any) -> str:
    """The message in the visitor's language, ``%(name)s`` filled in."""
    return cast(str, flask_babel.gettext(message, **values))


def pgettext(context: str, message: str, /, **values: Any) -> str:
    """As ``gettext``, for a word that Chinese says otherwise here than elsewhere (gettext's ``msgctxt``)."""
    return cast(str, flask_babel.pgettext(context, message, **values))


def ngettext(singular: str, plural: str, num: int, /, **values: Any) -> str:
    """As ``gettext``, by number."""
    return cast(str, flask_babel.ngettext(singular, plural, num, **values))


def marked(message: str) -> str:
    """Mark a text for translation where it stands; it is translated where it is shown."""
    return message
