"""The HTTP API for workers outside: jobs fetched under a lock and brought back once, described in ``openapi.json``."""

from web.api.routes import blueprint

__all__ = ["blueprint"]
