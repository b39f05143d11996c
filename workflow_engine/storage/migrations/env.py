"""Alembic's entry: runs the steps on the connection it is given."""

from __future__ import annotations

from alembic import context

from workflow_engine.failpoints import failpoint
from workflow_engine.storage.migrating import configure_options

connection = context.config.attributes["connection"]
context.configure(connection=connection, **configure_options())
with context.begin_transaction():
    failpoint("migrate.step")
    context.run_migrations()
    failpoint("migrate.step")
