"""The description of the API says what its routes do."""

from __future__ import annotations

import re
from typing import Any

import jsonschema_rs
import pytest
from flask import Flask

from web.api.description import DOCUMENT, schema_of
from web.api.operations import Tell
from web.api.table import NOT_OFFERED
from web.api.table import OPERATIONS as TABLE
from web.security import API_PREFIX
from workflow_engine.domain.commands import command_names

SCHEMAS = DOCUMENT["components"]["schemas"]
OPERATIONS = [
    (path, method, operation) for path, methods in DOCUMENT["paths"].items() for method, operation in methods.items()
]


def references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*map(references, value.values()))
    return set().union(*map(references, value)) if isinstance(value, list) else set()


def test_every_route_is_described_and_nothing_else(app: Flask) -> None:
    routes = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(API_PREFIX)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert routes == {(path, method) for path, method, _ in OPERATIONS}


def test_only_the_api_lives_under_its_prefix(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules() if rule.rule.startswith(API_PREFIX)}
    assert endpoints == {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.startswith("api.")}


def test_operations_are_named_like_their_routes(app: Flask) -> None:
    named = {rule.endpoint for rule in app.url_map.iter_rules() if rule.rule.startswith(API_PREFIX)}
    assert named == {f"api.{operation['operationId']}" for _, _, operation in OPERATIONS}


def test_parameters_of_a_path_are_described() -> None:
    for path, _method, operation in OPERATIONS:
        is_described = {"$ref": "#/components/parameters/JobId"} in operation.get("parameters", [])
        assert is_described == ("{job_id}" in path), path


@pytest.mark.parametrize("name", SCHEMAS)
def test_schema_is_one_and_refuses_what_it_does_not_name(name: str) -> None:
    jsonschema_rs.meta.validate(SCHEMAS[name])
    jsonschema_rs.validator_for(schema_of(name))
    assert SCHEMAS[name]["additionalProperties"] is False
    assert set(SCHEMAS[name]["required"]) <= set(SCHEMAS[name]["properties"])


def test_every_reference_leads_somewhere_and_everything_is_used() -> None:
    found = references(DOCUMENT)
    existing = {
        f"#/components/{kind}/{name}"
        for kind in ("schemas", "responses", "parameters")
        for name in DOCUMENT["components"][kind]
    }
    assert found == existing


def test_description_is_served_to_everybody(app: Flask) -> None:
    answer = app.test_client().get("/api/v1/openapi.json")
    assert (answer.status_code, answer.mimetype, answer.json) == (200, "application/json", DOCUMENT)
    assert DOCUMENT["openapi"].startswith("3.1")


def test_every_command_is_offered_or_says_why_not() -> None:
    offered = {operation.command.NAME for operation in TABLE if isinstance(operation, Tell)}
    assert set(command_names()) - offered - set(NOT_OFFERED) == set()
    assert offered & set(NOT_OFFERED) == set()
    assert set(NOT_OFFERED) <= set(command_names())


def test_every_operation_says_what_it_promises() -> None:
    assert [operation["operationId"] for _, _, operation in OPERATIONS if not operation["summary"]] == []
