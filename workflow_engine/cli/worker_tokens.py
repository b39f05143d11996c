"""``worker token``: lets a worker outside use the HTTP API."""

from __future__ import annotations

import click

from workflow_engine.cli.asking import with_output
from workflow_engine.cli.output import Output


@click.command()
@click.argument("name")
@click.option(
    "--topic", "topics", multiple=True, required=True, metavar="T", help="A topic it may do. May be repeated."
)
@with_output
def token(output: Output, name: str, topics: tuple[str, ...]) -> None:
    """Make a fresh token for the worker NAME: shown this once and kept nowhere, give it to the worker.

    The lines told with it go into the file that LIANDONG_WORKER_TOKENS_FILE names; they hold its hash only. For a
    worker that is there already they take the place of its lines: its old token then opens nothing any more.
    """
    from web.api.tokens import new_token, token_sha256, toml_lines

    fresh = new_token()
    digest = token_sha256(fresh)
    lines = toml_lines(name, topics, digest)
    told = {"name": name, "token": fresh, "token_sha256": digest, "topics": list(dict.fromkeys(topics)),
            "toml": "\n".join(lines) + "\n"}  # fmt: skip
    output.tell(told, [f"Token: {fresh}", "", "Add to the file of LIANDONG_WORKER_TOKENS_FILE:", "", *lines])
