"""A database full of cases and tasks, written by SQL through the schema: what lists and pages are looked at among."""

from __future__ import annotations

from sqlalchemy import Connection, text

CLERK = "user:clerk"
BUSY_UNIT = "unit:busy"
"""Every fifth task is offered to it."""

_BACK = {
    "sqlite": "strftime('%Y-%m-%dT%H:%M:%S.000000Z', t.started_at, '-' || n.i || ' seconds')",
    "postgresql": "(t.started_at - n.i * interval '1 second')",
}
_DUE = {
    "sqlite": "strftime('%Y-%m-%dT%H:%M:%S.000000Z', t.started_at, (n.i % 200000 - 40000) || ' seconds')",
    "postgresql": "(t.started_at + (n.i % 200000 - 40000) * interval '1 second')",
}
_TEXT = {
    "sqlite": "substr({0}, 1, 19)",
    "postgresql": "to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS')",
}
_NUMBERS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :tasks) ",
    "postgresql": "WITH n(i) AS (SELECT generate_series(1, :tasks)) ",
}


def store(connection: Connection, case_id: str, tasks: int) -> None:
    """Store that many tasks, two to a case, after the pattern of one real case; commits.

    Of five tasks three are done by one of 500 people, the others are on offer: every fifth to one busy unit, the rest
    to 996 others; every thousandth open one is the clerk's, who also started every hundredth case.
    """
    dialect = connection.dialect.name
    columns = list(connection.execute(text("SELECT * FROM process_instance WHERE 1 = 0")).keys())
    replaced = {
        "case_id": "'bulk' || (10000000 + n.i)",
        "title": "'Matter ' || n.i",
        "business_key": "'B-' || n.i",
        "started_at": _BACK[dialect],
        "started_by": f"CASE WHEN n.i % 100 = 0 THEN '{CLERK}' ELSE 'user:' || (n.i % 500) END",
    }
    wanted = ", ".join(replaced.get(column, f"t.{column}") for column in columns)
    case = {"case": case_id}
    connection.execute(
        text(
            f"INSERT INTO process_instance ({', '.join(columns)}) {_NUMBERS[dialect]}"
            f"SELECT {wanted} FROM n, process_instance t WHERE t.case_id = :case"
        ),
        {**case, "tasks": max(1, tasks // 2)},
    )
    _store_tasks(connection, dialect, {**case, "tasks": tasks})
    connection.commit()
    connection.execute(text("ANALYZE"))
    connection.commit()


def _store_tasks(connection: Connection, dialect: str, values: dict[str, object]) -> None:
    of_case = "'bulk' || (10000000 + (n.i + 1) / 2)"
    task_id = f"{of_case} || '.' || n.i"
    done, held = "(n.i % 5 < 3)", "(n.i % 5 >= 3 AND n.i % 1000 = 3)"
    due, back = _TEXT[dialect].format(_DUE[dialect]), _TEXT[dialect].format(_BACK[dialect])
    sort_key = f"'1' || (CASE WHEN n.i % 50 = 4 THEN '9909' ELSE '9949' END) || {due} || {back} || '.000000Z'"
    starter = f"CASE WHEN ((n.i + 1) / 2) % 100 = 0 THEN '{CLERK}' ELSE 'user:' || (((n.i + 1) / 2) % 500) END"
    state = f"CASE WHEN {done} THEN 'completed' WHEN {held} THEN 'claimed' ELSE 'ready' END"
    connection.execute(
        text(
            f"INSERT INTO user_task (user_task_id, case_id, token_id, element_id, name, state, assignee, "
            f"candidate_users, candidate_groups, due_at, priority, sort_key, created_at, completed_at, completed_by, "
            f"started_by, started_at) "
            f"{_NUMBERS[dialect]} SELECT {task_id}, {of_case}, n.i, u.element_id, u.name, {state}, "
            f"CASE WHEN {held} THEN '{CLERK}' END, '[]', u.candidate_groups, {_DUE[dialect]}, "
            f"CASE WHEN n.i % 50 = 4 THEN 90 ELSE 50 END, {sort_key}, {_BACK[dialect]}, "
            f"CASE WHEN {done} THEN t.started_at END, CASE WHEN {done} THEN "
            f"CASE WHEN n.i % 500 = 0 THEN '{CLERK}' ELSE 'user:' || (n.i % 500) END END, {starter}, {_BACK[dialect]} "
            f"FROM n, process_instance t, user_task u WHERE t.case_id = :case AND u.case_id = :case"
        ),
        values,
    )
    offered = f"CASE WHEN n.i % 5 = 4 THEN '{BUSY_UNIT}' ELSE 'unit:' || (n.i % 997) END"
    offer_state = f"CASE WHEN {done} THEN 'closed' WHEN {held} THEN 'taken' ELSE 'open' END"
    connection.execute(
        text(
            f"INSERT INTO offer (user_task_id, subject, case_id, state, sort_key, started_at, process_id) "
            f"{_NUMBERS[dialect]} SELECT {task_id}, {offered}, {of_case}, {offer_state}, {sort_key}, {_BACK[dialect]}, "
            f"t.process_id FROM n, process_instance t WHERE t.case_id = :case"
        ),
        values,
    )
