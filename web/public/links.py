"""What the portal leads to: its own pages, and every other page for everybody that this installation has."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, current_app, request, url_for

from web.i18n import gettext as _
from web.i18n import marked


@dataclass(frozen=True, slots=True)
class Link:
    """One entry, and the blueprints or endpoints whose pages belong to it."""

    label: str
    icon: str
    endpoint: str
    belongs: tuple[str, ...]
    text: str = ""


@dataclass(frozen=True, slots=True)
class ShownLink:
    """An entry as a visitor sees it now."""

    label: str
    icon: str
    url: str
    is_current: bool
    text: str


LINKS = (
    Link(marked("Report"), "start", "reporting.form", ("reporting",),
         marked("Something is broken, dirty or dangerous, or you need an answer.")),
    Link(marked("Follow my report"), "search", "tracking.find", ("tracking",),
         marked("Where your report stands, what happens next and by when.")),
    Link(marked("All reports"), "cases", "portal.requests", ("portal.requests", "portal.one"),
         marked("What others reported, on the map and in a list.")),
    Link(marked("Have your say"), "people", "consultations.index", ("consultations",),
         marked("Drafts on which the city asks for opinions.")),
    Link(marked("Decisions"), "check", "public_decisions.index", ("public_decisions",),
         marked("What was decided, by whom, and what became of opinions.")),
    Link(marked("Indicators"), "chart", "public_indicators.index", ("public_indicators",),
         marked("How well the city answers, counted from its own record.")),
    Link(marked("Open data"), "document", "portal.data", ("portal.data", "open_data"),
         marked("The same as files and feeds, for everybody's own programs.")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DataSet:
    """Something for programs."""

    title: str
    text: str
    endpoint: str
    form: str | None = None
    """In which form, where the address says so."""


DATA_SETS = (
    DataSet(marked("Reports"), marked("JSON, page by page, with the filters of the list."), "portal.requests_data"),
    DataSet(marked("Reports that changed last"), marked("Atom feed, with the same filters."), "portal.feed"),
    DataSet(marked("Open311 GeoReport v2"), marked("The standard for reports: read and send, XML and JSON."),
            "open311.discovery", "json"),
    DataSet(marked("Places"), marked("GeoJSON: outlines of the city, its districts and what is drawn on the map."),
            "places.shapes"),
    DataSet(marked("Indicators"), marked("CSV and JSON of every published month, with methods and checksums."),
            "open_data.page"),
    DataSet(marked("Consultations"), marked("JSON: drafts and how opinions were used."), "consultations.list_data"),
    DataSet(marked("Decisions"), marked("JSON, with the digest that the record holds."), "public_decisions.data"),
    DataSet(marked("Parameters of procedures"), marked("JSON: time limits and floors that hold here."),
            "parameters.public_data"),
)  # fmt: skip


def init_app(app: Flask) -> None:
    """Give templates ``portal_links()`` and ``data_sets()``."""
    app.jinja_env.globals.update(portal_links=shown_links, data_sets=shown_data)


def shown_data() -> list[tuple[str, str, str]]:
    """Address, title and text of everything for programs that exists here."""
    known = current_app.view_functions
    return [(_address(one), _(one.title), _(one.text)) for one in DATA_SETS if one.endpoint in known]


def _address(one: DataSet) -> str:
    return url_for(one.endpoint) if one.form is None else url_for(one.endpoint, form=one.form)


def shown_links() -> list[ShownLink]:
    """Every entry whose page exists here."""
    here = {request.blueprint or "", request.endpoint or ""}
    return [
        ShownLink(_(link.label), link.icon, url_for(link.endpoint), not here.isdisjoint(link.belongs), _(link.text))
        for link in LINKS
        if link.endpoint in current_app.view_functions
    ]
