"""JSON typed into a form by those who mend cases."""

from __future__ import annotations

import json
from typing import Any

from flask import request

from web.i18n import gettext as _
from workflow_engine import InvalidVariablesError


def typed_object(name: str) -> dict[str, Any]:
    """The object typed into this field; empty when nothing was.

    Raises:
        InvalidVariablesError: it is no JSON, or no object.
    """
    text = request.form.get(name, "").strip()
    if not text:
        return {}
    try:
        values = json.loads(text)
    except ValueError as error:
        raise InvalidVariablesError(str(error), {name: _("This is no JSON object: %(why)s", why=error)}) from error
    if not isinstance(values, dict):
        raise InvalidVariablesError("Expected an object.", {name: _('Write an object, such as {"level": "II"}.')})
    return values
