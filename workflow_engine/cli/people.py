"""``person``, and loading the organisation from JSON. The first administrator of an installation is made here."""

from __future__ import annotations

import sys
from typing import Any

import click

from workflow_engine import OPERATOR, BindAccount, LoadOrganisation, hash_password, is_easy_to_guess, new_id
from workflow_engine.cli.asking import actor_for, opened, read_values, require_person, with_output, with_person
from workflow_engine.cli.output import Output, table

SHORTEST_PASSWORD = 10
_PARTS = ("units", "roles", "people", "positions", "shifts", "deputies")
_COLUMNS = ("person_id", "sign_in_name", "display_name_zh", "display_name_en", "unit_id", "groups")


@click.group()
def organisation() -> None:
    """Load, import and export units, people, positions, duty and deputies."""


@organisation.command()
@click.argument("file")
@with_person
@with_output
def load(output: Output, file: str, person: str | None) -> None:
    """Add or change what a JSON file names: {"units": [...], "roles": [...], "people": [...]}; - for standard input.

    It may hold positions, shifts and deputies as well. Who is not named stays as they are. A person has person_id,
    sign_in_name, display_name_zh, display_name_en, and may have unit_id, groups, email, disabled and password_hash
    (argon2id; or set the password with `liandong person password`).
    Groups named administrators, modellers and auditors give the rights of that name.
    """
    values = read_values(file)
    unknown = sorted(set(values) - set(_PARTS))
    if unknown:
        raise click.UsageError(f"Expected only {', '.join(_PARTS)} in {file}, but found {', '.join(unknown)}.")
    parts: dict[str, Any] = {name: values.get(name, []) for name in _PARTS}
    with opened() as engine:
        command = LoadOrganisation(command_id=new_id(), **parts)
        result = dict(engine.handle(command, actor_for(engine, person)).result)
    output.tell(result, [f"{result['units']} units and {result['people']} people are loaded."])


@click.group()
def person() -> None:
    """Look at people, or set a password."""


@person.command("list")
@click.option("--group", help="Only members of this group.")
@with_output
def list_people(output: Output, group: str | None) -> None:
    """List people with their groups."""
    with opened() as engine:
        rows = engine.queries.list_people(group)
    told = [{**{name: getattr(row, name) for name in _COLUMNS}, "groups": sorted(row.groups)} for row in rows]
    output.tell({"people": told}, table(_COLUMNS, ([row[name] for name in _COLUMNS] for row in told)))


@person.command()
@click.argument("name")
@click.argument("account")
@with_output
def bind(output: Output, name: str, account: str) -> None:
    """Bind ACCOUNT of the identity provider or directory to NAME (a person's id or sign-in name).

    Such as oidc:https://id.example.org|SUBJECT or ldap:entryUUID=UUID. People without power over others are bound by
    themselves at their first sign-in; administrators and auditors need this.
    """
    with opened() as engine:
        found = require_person(engine, name)
        engine.handle(BindAccount(command_id=new_id(), person_id=found.person_id, external_id=account), OPERATOR)
    output.tell({"person_id": found.person_id, "account": account}, [f"{found.sign_in_name} signs in as {account}."])


@person.command()
@click.argument("name")
@with_output
def password(output: Output, name: str) -> None:
    """Set the password of NAME (a person's id or sign-in name); it is asked for, or read from standard input."""
    is_asked = sys.stdin.isatty()
    typed = click.prompt("New password", hide_input=True, err=True) if is_asked else sys.stdin.readline()
    typed = str(typed).rstrip("\r\n")
    if len(typed) < SHORTEST_PASSWORD:
        raise click.UsageError(f"Expected a password of at least {SHORTEST_PASSWORD} characters.")
    if is_easy_to_guess(typed, [name]):
        raise click.UsageError("Expected a password that is not easy to guess: several words, for example.")
    with opened() as engine:
        found = require_person(engine, name)
        row = {"person_id": found.person_id, "password_hash": hash_password(typed)}
        engine.handle(LoadOrganisation(command_id=new_id(), people=[row]), actor_for(engine, None))
    output.tell({"person_id": found.person_id, "changed": True}, [f"The password of {found.sign_in_name} is changed."])
