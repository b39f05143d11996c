"""The city's own warnings as CAP 1.2: an info block for each language, the areas as shapes and codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from workflow_engine.domain.warnings import COLOURS, LANGUAGES, CityWarning
from workflow_engine.interchange.cap_model import CapAlert, CapArea, CapInfo, CapReference, NamedValue, Point
from workflow_engine.interchange.cap_write import write_alert

CODE_NAME = "GB/T 2260"
_LIFTED = {"zh-CN": "预警解除", "en-GB": "Warning lifted"}


@dataclass(frozen=True, slots=True)
class Earlier:
    """A message that another one follows."""

    sender: str
    identifier: str
    sent_at: datetime


def warning_message(
    warning: CityWarning, identifier: str, sent_at: datetime, issuers: Mapping[str, str],
    polygons: Sequence[Sequence[Point]], earlier: Earlier | None,
) -> bytes:  # fmt: skip
    """A new warning, or an update of an earlier one, as a CAP 1.2 document. Raises CapError.

    ``issuers`` names who publishes, by language.
    """
    area = CapArea(
        warning.area[:400], tuple(tuple(one) for one in polygons),
        geocodes=tuple(NamedValue(CODE_NAME, code) for code in warning.codes),
    )  # fmt: skip
    infos = tuple(
        CapInfo(
            (warning.category,), said.event, "Immediate", warning.severity, "Observed", language=language,
            response_types=("Execute",), effective=sent_at, expires=warning.expires_at,
            sender_name=issuers.get(language) or None, headline=said.headline, description=said.text,
            instruction=said.instruction, areas=(area,),
            parameters=(NamedValue("colour", warning.colour), NamedValue("预警颜色", _colour(warning, language))),
        )
        for language, said in warning.wordings.items()
    )  # fmt: skip
    alert = CapAlert(
        identifier, warning.sender, sent_at, "Actual", "Alert" if earlier is None else "Update",
        references=() if earlier is None else (CapReference(earlier.sender, earlier.identifier, earlier.sent_at),),
        infos=infos,
    )  # fmt: skip
    return write_alert(alert)


def lifting_message(earlier: Earlier, alert: CapAlert, identifier: str, sent_at: datetime, reason: str) -> bytes:
    """The Cancel of a warning (``alert``, as it was published), with why it no longer holds."""
    infos = tuple(
        CapInfo(
            info.category, info.event, "Past", info.severity, info.certainty, language=info.language,
            response_types=("AllClear",), effective=sent_at, expires=info.expires, sender_name=info.sender_name,
            headline=f"{_LIFTED.get(info.language, _LIFTED['en-GB'])}: {info.headline}"[:200], description=reason,
            areas=info.areas, parameters=info.parameters,
        )
        for info in alert.infos
    )  # fmt: skip
    cancel = CapAlert(
        identifier, earlier.sender, sent_at, "Actual", "Cancel", note=reason[:200],
        references=(CapReference(earlier.sender, earlier.identifier, earlier.sent_at),), infos=infos,
    )  # fmt: skip
    return write_alert(cancel)


def _colour(warning: CityWarning, language: str) -> str:
    return COLOURS[warning.colour][LANGUAGES.index(language)]
