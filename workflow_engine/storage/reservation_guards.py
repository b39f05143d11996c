"""What the databases refuse themselves: nothing is reserved twice for the same time, nor more of it than there is.

On PostgreSQL periods of a single thing exclude each other; of what is counted, and on SQLite of everything, a trigger
adds up what is reserved at the busiest moment. On PostgreSQL it locks the resource first, so that of two that come at
once the second sees the first.
"""

from __future__ import annotations

_REFUSED = "reserved twice for the same time"
_BUSIEST = """
SELECT max(total) FROM (
  SELECT (
    SELECT coalesce(sum(o.quantity), 0) FROM resource_reservation o
    WHERE o.resource_id = NEW.resource_id AND o.state = 'reserved' AND o.reservation_id <> NEW.reservation_id
      AND o.starts_at <= moment.at AND o.ends_at > moment.at
  ) AS total
  FROM (
    SELECT NEW.starts_at AS at
    UNION SELECT r.starts_at FROM resource_reservation r
    WHERE r.resource_id = NEW.resource_id AND r.state = 'reserved' AND r.reservation_id <> NEW.reservation_id
      AND r.starts_at > NEW.starts_at AND r.starts_at < NEW.ends_at
  ) moment
) busy
""".strip()
_THERE = "(SELECT quantity FROM resource WHERE resource_id = NEW.resource_id)"

SQLITE = tuple(
    f"CREATE TRIGGER resource_reservation_{verb.split()[0].lower()} BEFORE {verb} ON resource_reservation "
    f"WHEN NEW.state = 'reserved' BEGIN SELECT RAISE(ABORT, '{_REFUSED}') "
    f"WHERE ({_BUSIEST}) + NEW.quantity > {_THERE}; END"
    for verb in ("INSERT", "UPDATE")
)
POSTGRESQL = (
    # A range over text holds one resource: ranges of the same one meet, and no extension is needed for it.
    "CREATE TYPE resource_key_range AS RANGE (subtype = text)",
    (
        "ALTER TABLE resource_reservation ADD CONSTRAINT ex_resource_reservation_once EXCLUDE USING gist ("
        "resource_key_range(resource_id::text, resource_id::text, '[]') WITH &&, "
        "tstzrange(starts_at, ends_at) WITH &&) WHERE (single AND state = 'reserved')"
    ),
    (
        "CREATE FUNCTION resource_reservation_check() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "PERFORM 1 FROM resource WHERE resource_id = NEW.resource_id FOR UPDATE; "
        f"IF ({_BUSIEST}) + NEW.quantity > {_THERE} THEN "
        f"RAISE EXCEPTION '{_REFUSED}' USING ERRCODE = 'exclusion_violation'; END IF; RETURN NEW; END $$"
    ),
    (
        "CREATE TRIGGER resource_reservation_guard BEFORE INSERT OR UPDATE ON resource_reservation "
        "FOR EACH ROW WHEN (NEW.state = 'reserved') EXECUTE FUNCTION resource_reservation_check()"
    ),
)
REMOVE_POSTGRESQL = ("DROP FUNCTION resource_reservation_check()", "DROP TYPE resource_key_range")
"""After the table is gone."""


def statements(dialect: str) -> tuple[str, ...]:
    """What makes the guards on this kind of database."""
    return POSTGRESQL if dialect == "postgresql" else SQLITE
