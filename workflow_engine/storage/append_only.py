"""Triggers that let nobody change or delete what is recorded; the values beside it stay deletable."""

from __future__ import annotations

_MESSAGE = "audit entries are never changed or deleted"

SQLITE = tuple(
    f"CREATE TRIGGER audit_entry_no_{verb.lower()} BEFORE {verb} ON audit_entry "
    f"BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END"
    for verb in ("UPDATE", "DELETE")
)
POSTGRESQL = (
    (
        "CREATE FUNCTION audit_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_MESSAGE}' USING ERRCODE = 'restrict_violation'; END $$"
    ),
    (
        "CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE ON audit_entry "
        "FOR EACH ROW EXECUTE FUNCTION audit_entry_refuse()"
    ),
    (
        "CREATE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON audit_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_refuse()"
    ),
)
REMOVE_POSTGRESQL = ("DROP FUNCTION audit_entry_refuse() CASCADE",)


def statements(dialect: str) -> tuple[str, ...]:
    """What makes the triggers on this kind of database."""
    return POSTGRESQL if dialect == "postgresql" else SQLITE
