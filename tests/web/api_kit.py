"""Programs that call the API in a person's name."""

from __future__ import annotations

import json
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from tests.web.conftest import actor
from web.api.tokens import new_token, token_sha256
from workflow_engine import SCOPES, CreateApiToken, Engine, new_id


class Program:
    """Holds a person's token; ``scopes`` narrow it."""

    def __init__(self, app: Flask, engine: Engine, person: str, scopes: tuple[str, ...] = SCOPES) -> None:
        self.token, self.token_id = new_token(), new_id()
        command = CreateApiToken(
            command_id=new_id(), token_id=self.token_id, token_sha256=token_sha256(self.token), name="Program",
            scopes=scopes, days=30,
        )  # fmt: skip
        engine.handle(command, actor(engine, person))
        self.client = app.test_client()
        self.headers = {"Authorization": f"Bearer {self.token}"}

    def get(self, path: str, status: int = 200, **query: Any) -> Any:
        """The JSON found there."""
        answer = self.client.get(f"/api/v1{path}", query_string=query, headers=self.headers)
        return self._body(answer, status)

    def post(self, path: str, body: Any = None, status: int = 200, *, key: str | None = None) -> Any:
        """The JSON that comes back for ``body``."""
        return self._body(self.send(path, body, key=key), status)

    def send(self, path: str, body: Any = None, *, key: str | None = None) -> TestResponse:
        """The whole answer to ``body``."""
        headers = {**self.headers, **({"Idempotency-Key": key} if key else {})}
        content = json.dumps({} if body is None else body)
        return self.client.post(f"/api/v1{path}", data=content, headers=headers, content_type="application/json")

    @staticmethod
    def _body(answer: TestResponse, status: int) -> Any:
        assert answer.status_code == status, answer.text
        return json.loads(answer.text)
