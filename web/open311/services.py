"""The catalogue of categories as the standard's services and their attributes, in the language that is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import current_app

from web.config import WebSettings
from web.context import engine
from web.i18n import current_language
from workflow_engine import (
    BATCH,
    REALTIME,
    Category,
    GeoAttribute,
    GeoServiceType,
    GeoValue,
    georeport_refused,
)


def service_types() -> list[GeoServiceType]:
    """Everything that can be reported from outside."""
    return [service_type(category) for category in engine().queries.service_categories.list(public_only=True)]


def service_type(category: Category) -> GeoServiceType:
    """One of them."""
    key = current_language().key
    return GeoServiceType(
        service_code=category.code,
        service_name=name_of(category),
        description=getattr(category, f"description_{key}"),
        metadata=bool(category.attributes),
        type=BATCH if moderated() else REALTIME,
        keywords=[word.replace(",", " ") for word in category.keywords],
        group=getattr(category, f"group_{key}"),
    )


def require_category(code: str) -> Category:
    """One that can be reported from outside. Raises GeoReportRefusedError with 404."""
    found = engine().queries.service_categories.find(code)
    if found is None or not found.public:
        raise georeport_refused(404, f"service_code {code[:64]!r} was not found.")
    return found


def attributes_of(category: Category) -> list[GeoAttribute]:
    """Its questions, in their order."""
    return [_attribute(order, one) for order, one in enumerate(category.attributes, start=1)]


def name_of(category: Category) -> str:
    """In the language that is asked for."""
    return str(getattr(category, f"name_{current_language().key}"))


def moderated() -> bool:
    """Whether somebody reads each request before it is public, so that its id comes later, for a token."""
    settings: WebSettings = current_app.extensions["web_settings"]
    return settings.open311_moderated


def _attribute(order: int, given: Any) -> GeoAttribute:
    return GeoAttribute(
        code=given["code"], datatype=given["datatype"], description=_told(given, "description"),
        required=given["required"], variable=given["variable"], order=order, values=_values(given["values"]),
    )  # fmt: skip


def _values(given: Sequence[Any]) -> list[GeoValue]:
    return [GeoValue(value["key"], _told(value, "name") or value["key"]) for value in given]


def _told(given: Any, name: str) -> str:
    key = current_language().key
    return str(given.get(f"{name}_{key}") or given.get(f"{name}_zh") or given.get(f"{name}_en") or "")
