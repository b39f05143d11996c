"""The part of the public door that speaks Open311 GeoReport v2."""

from workflow_engine.interchange.georeport_asking import (
    GeoReportRefusedError,
    RequestsAsked,
    read_asked,
    wants_extensions,
)
from workflow_engine.interchange.georeport_asking import refused as georeport_refused
from workflow_engine.interchange.georeport_model import (
    BATCH,
    CLOSED,
    OPEN,
    REALTIME,
    GeoAttribute,
    GeoDiscovery,
    GeoEndpoint,
    GeoError,
    GeoNote,
    GeoReceipt,
    GeoRequest,
    GeoServiceType,
    GeoValue,
)
from workflow_engine.interchange.georeport_post import PostedRequest, read_posted
from workflow_engine.interchange.georeport_write import (
    CONTENT_TYPES,
    JSON,
    XML,
    write_definition,
    write_discovery,
    write_errors,
    write_receipt,
    write_requests,
    write_services,
    write_token,
)
from workflow_engine.queries.open311 import Open311Note, Open311Row, Open311Wish
from workflow_engine.report_exchange import georeport_of

__all__ = [
    "BATCH",
    "CLOSED",
    "CONTENT_TYPES",
    "JSON",
    "OPEN",
    "REALTIME",
    "XML",
    "GeoAttribute",
    "GeoDiscovery",
    "GeoEndpoint",
    "GeoError",
    "GeoNote",
    "GeoReceipt",
    "GeoReportRefusedError",
    "GeoRequest",
    "GeoServiceType",
    "GeoValue",
    "Open311Note",
    "Open311Row",
    "Open311Wish",
    "PostedRequest",
    "RequestsAsked",
    "georeport_of",
    "georeport_refused",
    "read_asked",
    "read_posted",
    "wants_extensions",
    "write_definition",
    "write_discovery",
    "write_errors",
    "write_receipt",
    "write_requests",
    "write_services",
    "write_token",
]
