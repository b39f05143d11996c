"""Rows: the schema, the unit of work, what events do to rows, and migrations."""
