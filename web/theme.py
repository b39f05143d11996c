"""Light or dark: as the visitor chose with the switch, else as their device is set."""

from __future__ import annotations

from dataclasses import dataclass

from flask import has_request_context, request

from web.i18n import marked

COOKIE = "theme"


@dataclass(frozen=True, slots=True)
class Theme:
    """One look of the pages."""

    key: str
    name: str
    dark_when: str | None
    """The media query under which the dark colours hold; None: never."""


DEVICE = Theme("device", marked("As the device"), "(prefers-color-scheme: dark)")
THEMES = {
    theme.key: theme for theme in (DEVICE, Theme("light", marked("Light"), None), Theme("dark", marked("Dark"), "all"))
}


def current_theme() -> Theme:
    """The visitor's look."""
    if not has_request_context():
        return DEVICE
    return THEMES.get(request.cookies.get(COOKIE, ""), DEVICE)
