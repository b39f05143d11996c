"""Open311 GeoReport v2: the city's service requests as other cities' apps know them, in XML and JSON."""

from web.open311.routes import blueprint

__all__ = ["blueprint"]
