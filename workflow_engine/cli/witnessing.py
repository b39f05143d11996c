"""``audit cosign`` and ``audit cosigned``: another organisation signs what the log says."""

from __future__ import annotations

import re
from pathlib import Path

import click

from workflow_engine import AddCosignature, new_id
from workflow_engine.audit.cosigning import cosign as sign_too
from workflow_engine.audit.notes import VerifierKey
from workflow_engine.cli.asking import actor_for, opened, with_output, with_person
from workflow_engine.cli.output import Output
from workflow_engine.log_keys import find_log_key

_HASH = re.compile(r"[0-9a-f]{64}")
_FILE = click.Path(dir_okay=False, exists=True)


@click.command()
@click.argument("checkpoint", type=_FILE)
@click.option("--key", "key_text", metavar="KEY", required=True, help="The log's public key name+id+base64.")
@click.option("--witness-key", metavar="FILE", type=_FILE, required=True, help="Your own key (`audit key new`).")
@click.option(
    "--last",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    required=True,
    help="Where your last cosigned checkpoint lies; written anew. Without the file this one is the first.",
)
@click.option("--proof", metavar="FILE", type=_FILE, help="What `audit consistency` printed since your last one.")
@with_output
def cosign(
    output: Output, checkpoint: str, key_text: str, witness_key: str, last: str, proof: str | None
) -> None:  # fmt: skip
    """As a witness, sign CHECKPOINT (a file) too, once it is shown that the log only grew since your last one.

    Needs no database. Prints the checkpoint with your signature: give it back, and keep the file of --last.
    """
    witness = find_log_key(Path(witness_key))
    if witness is None:
        raise click.UsageError(f"Expected a key in {witness_key}.")
    before = Path(last).read_text(encoding="utf-8") if Path(last).exists() else None
    hashes = _HASH.findall(Path(proof).read_text(encoding="utf-8")) if proof else []
    note = sign_too(
        Path(checkpoint).read_text(encoding="utf-8"), VerifierKey.from_text(key_text), witness, before,
        [bytes.fromhex(one) for one in hashes],
    )  # fmt: skip
    Path(last).write_text(note, encoding="utf-8")
    output.tell({"note": note, "witness": witness.verifier.to_text()}, [note])


@click.command()
@click.argument("checkpoint", type=_FILE)
@click.option("--witness", metavar="KEY", required=True, help="The witness's public key name+id+base64.")
@with_person
@with_output
def cosigned(output: Output, checkpoint: str, witness: str, person: str | None) -> None:
    """Keep what a witness signed: CHECKPOINT (a file) is in every export from now on, until the next one is signed."""
    note = Path(checkpoint).read_text(encoding="utf-8")
    with opened() as engine:
        command = AddCosignature(command_id=new_id(), note=note, witness=witness)
        size = engine.handle(command, actor_for(engine, person)).result["size"]
    output.tell({"size": size, "witness": witness}, [f"The checkpoint of {size} entries carries the signature."])
