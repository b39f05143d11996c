"""``audit``: whether the record is what it should be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from workflow_engine import AuditReport, Settings
from workflow_engine.audit.notes import VerifierKey
from workflow_engine.cli.asking import opened, with_output
from workflow_engine.cli.auditing_destruction import destruction
from workflow_engine.cli.failures import PartlyRefusedError
from workflow_engine.cli.output import Output
from workflow_engine.cli.witnessing import cosign, cosigned
from workflow_engine.domain.errors import CheckpointError
from workflow_engine.log_keys import find_log_key, make_log_key
from workflow_engine.verifying_log import Kept


@click.group()
def audit() -> None:
    """Check the record."""


@audit.command()
@click.option(
    "--sample",
    type=click.IntRange(0),
    default=50,
    show_default=True,
    help="How many cases are re-executed from their commands; 0 checks the chains only.",
)
@click.option("--all", "everything", is_flag=True, help="Re-execute every case.")
@click.option("--seed", type=int, default=0, show_default=True, help="Picks the sample.")
@click.option(
    "--checkpoint",
    "files",
    multiple=True,
    metavar="FILE",
    type=click.Path(dir_okay=False, exists=True),
    help="A checkpoint kept outside; the log must continue it. May be repeated.",
)
@click.option("--key", "key_text", metavar="KEY", help="Public key name+id+base64 that signed it. Default: this log's.")
@click.option("--witness", "witnesses", multiple=True, metavar="KEY", help="Who must have signed it too; repeatable.")
@with_output
def verify(
    output: Output, sample: int, everything: bool, seed: int, files: tuple[str, ...], key_text: str | None,
    witnesses: tuple[str, ...],
) -> None:  # fmt: skip
    """Check every hash chain and the log over all of them, and re-execute a sample of cases: the same commands must
    give the same events.

    Exit code 2 when anything was found.
    """
    kept = _kept(files, key_text, witnesses)
    with opened() as engine, output.progress("checking chains") as advance:
        report = engine.verify_audit(
            sample=None if everything else sample, seed=seed, progress=lambda _done, _total: advance(), kept=kept
        )
    output.tell(report.to_dict(), _told(report))
    if not report.ok:
        raise PartlyRefusedError


@audit.command()
@click.option("--out", metavar="FILE", type=click.Path(dir_okay=False), help="Write it there too.")
@click.option("--size", type=click.IntRange(1), help="An earlier one of this size. Default: the newest.")
@with_output
def checkpoint(output: Output, out: str | None, size: int | None) -> None:
    """Bring everything into the log, sign it where the key is at hand, and print the signed checkpoint.

    Keep what it prints where nobody who administers this machine can change it.
    """
    with opened() as engine:
        if size is None:
            while (step := engine.extend_log(engine.chains_behind(everything=True))).sequenced:
                pass
            log_size = step.size
        else:
            log_size = size
        row = engine.queries.log.checkpoint(size)
    if out:
        Path(out).write_text(row.note, encoding="utf-8")
    data = {"size": row.size, "root": row.root, "note": row.note, "verifier": row.verifier, "log_size": log_size}
    left = [] if row.size >= log_size else [f"{log_size - row.size} later entries are not signed: no key here."]
    output.tell(data, [row.note, f"Public key: {row.verifier}", *left])


@audit.command()
@click.argument("old", type=click.IntRange(0))
@click.argument("new", type=click.IntRange(0))
@with_output
def consistency(output: Output, old: int, new: int) -> None:
    """Print the proof (RFC 6962) that the log only grew from OLD to NEW entries."""
    with opened() as engine:
        proof = engine.queries.log.consistency(old, new)
    output.tell({"old_size": old, "new_size": new, "proof": proof}, proof)


audit.add_command(cosign)
audit.add_command(cosigned)
audit.add_command(destruction)


@audit.group()
def key() -> None:
    """The key that signs checkpoints."""


@key.command("new")
@click.argument("name")
@with_output
def new_key(output: Output, name: str) -> None:
    """Make a new key under NAME, such as city.example/log, in the file of LIANDONG_LOG_KEY_FILE.

    NAME is also the origin of the log: it never changes. Hand out the public key that this prints. A file that is there
    is never overwritten.
    """
    path = Settings.load().log_key_file
    made = make_log_key(path, name).verifier.to_text()
    output.tell({"file": str(path), "verifier": made}, [f"The key lies in {path}. Public key, to hand out:", made])


def _kept(files: tuple[str, ...], key_text: str | None, witnesses: tuple[str, ...]) -> list[Kept]:
    """The checkpoints in the files, each with the key that is to have signed it. Raises click.UsageError."""
    own = find_log_key(Settings.load().log_key_file)
    try:
        verifier = VerifierKey.from_text(key_text) if key_text else own.verifier if own else None
        others = tuple(VerifierKey.from_text(text) for text in witnesses)
    except CheckpointError as error:
        raise click.UsageError(error.message) from error
    if witnesses and not files:
        raise click.UsageError("Expected --checkpoint with the file that the witness signed.")
    if files and verifier is None:
        raise click.UsageError("Expected --key with the public key that signed the checkpoint.")
    return [Kept(Path(file).read_text(encoding="utf-8"), verifier, others) for file in files if verifier is not None]


def _told(report: AuditReport) -> Iterator[str]:
    yield f"{report.chains} chains with {report.entries} entries and {report.values} values checked."
    yield f"{report.re_executed} cases re-executed from their commands."
    if report.documents:
        yield f"{report.documents} reports, briefings and warnings compared with their digests on record."
    yield f"{report.logged} entries in the log, {report.checkpoints} signed checkpoints compared with it."
    if report.not_re_executed:
        yield f"{report.not_re_executed} cases of the sample cannot be: values erased, or recorded by another build."
    if report.erased:
        yield f"{report.erased} entries have lawfully erased values."
    yield from (f"FOUND {finding}" for finding in report.findings)
    yield "Nothing was found." if report.ok else f"{len(report.findings)} findings."
