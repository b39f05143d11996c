"""Signed notes and checkpoints: against published examples, and every kind of malformed or forged note."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow_engine.audit.checkpoint import Checkpoint, parse_checkpoint, sign_checkpoint, verify_checkpoint
from workflow_engine.audit.merkle import EMPTY_ROOT, leaf_hash, root_hash
from workflow_engine.audit.notes import Note, SigningKey, VerifierKey, parse_note, sign_note, verify_note
from workflow_engine.domain.errors import AuditError, CheckpointError

LOG = SigningKey("liandong.example/city", bytes(range(32)))
WITNESS = SigningKey("fire.example", bytes(range(1, 33)))
STRANGER = SigningKey("liandong.example/city", b"s" * 32)
ROOT = root_hash([leaf_hash(b"one"), leaf_hash(b"two")])
CHECKPOINT = Checkpoint("liandong.example/city", 2, ROOT)

# The example of the Go package golang.org/x/mod/sumdb/note, another implementation of the same format.
GO_VERIFIER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
GO_NOTE = (
    GO_TEXT
    + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
# The examples in the specifications C2SP signed-note and tlog-checkpoint.
C2SP_CHECKPOINT = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
)


def test_verify_note_of_another_implementation() -> None:
    key = VerifierKey.from_text(GO_VERIFIER)
    assert key.key_id.hex() == "c74f20a3"
    assert verify_note(parse_note(GO_NOTE), [key]) == (key,)
    assert key.to_text() == GO_VERIFIER


def test_sign_note_gives_the_bytes_of_another_implementation() -> None:
    key = SigningKey("PeterNeumann", GO_SEED)
    assert key.verifier == VerifierKey.from_text(GO_VERIFIER)
    assert sign_note(GO_TEXT, key).to_text() == GO_NOTE


def test_parse_checkpoint_of_the_specification() -> None:
    note = parse_note(C2SP_CHECKPOINT)
    checkpoint = parse_checkpoint(note.text)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint.to_text() == note.text
    assert note.to_text() == C2SP_CHECKPOINT
    assert note.signatures[0].key_id.hex() == "033de0ae"


def test_verify_checkpoint_signed_by_log_and_witness() -> None:
    note = sign_checkpoint(CHECKPOINT, LOG, WITNESS)
    assert verify_checkpoint(note, [LOG.verifier]) == CHECKPOINT
    assert verify_checkpoint(note.encode(), [WITNESS.verifier], origin="liandong.example/city") == CHECKPOINT
    assert verify_note(parse_note(note), [WITNESS.verifier, LOG.verifier]) == (LOG.verifier, WITNESS.verifier)


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1),
    st.integers(1, 2**63 - 1),
    st.binary(min_size=32, max_size=32),
    st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1), max_size=2),
)
def test_checkpoint_round_trip(origin: str, size: int, root: bytes, extensions: list[str]) -> None:
    checkpoint = Checkpoint(origin, size, root, tuple(extensions))
    assert parse_checkpoint(checkpoint.to_text()) == checkpoint
    assert verify_checkpoint(sign_checkpoint(checkpoint, LOG), [LOG.verifier]) == checkpoint


@given(st.data())
def test_verify_checkpoint_with_one_changed_byte_is_refused(data: st.DataObject) -> None:
    note = bytearray(sign_checkpoint(CHECKPOINT, LOG), "utf-8")
    at = data.draw(st.integers(0, len(note) - 1))
    note[at] = data.draw(st.integers(0, 255).filter(lambda value: value != note[at]))
    with pytest.raises(CheckpointError):
        verify_checkpoint(bytes(note), [LOG.verifier])


def test_verify_checkpoint_signed_by_nobody_known_is_refused() -> None:
    note = sign_checkpoint(CHECKPOINT, STRANGER)
    with pytest.raises(CheckpointError, match=r"signature by liandong.*, but there is none"):
        verify_checkpoint(note, [LOG.verifier])
    with pytest.raises(CheckpointError, match="signature by nobody"):
        verify_checkpoint(note, [])


def test_verify_checkpoint_with_a_false_signature_beside_a_good_one_is_refused() -> None:
    good = parse_note(sign_checkpoint(CHECKPOINT, LOG, WITNESS))
    lie = parse_note(sign_checkpoint(Checkpoint(CHECKPOINT.origin, 3, ROOT), WITNESS))
    mixed = Note(good.text, (good.signatures[0], lie.signatures[0])).to_text()
    assert verify_checkpoint(mixed, [LOG.verifier]) == CHECKPOINT
    with pytest.raises(CheckpointError, match=r"signature of fire\.example does not fit"):
        verify_checkpoint(mixed, [LOG.verifier, WITNESS.verifier])


def test_verify_checkpoint_of_another_log_is_refused() -> None:
    with pytest.raises(CheckpointError, match=r"Expected a checkpoint of other\.example"):
        verify_checkpoint(sign_checkpoint(CHECKPOINT, LOG), [LOG.verifier], origin="other.example")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "origin\n",
        "origin\n1\n",
        f"origin\n1\n{base64.b64encode(ROOT).decode()}",
        f"\n1\n{base64.b64encode(ROOT).decode()}\n",
        f"origin\n01\n{base64.b64encode(ROOT).decode()}\n",
        f"origin\n-1\n{base64.b64encode(ROOT).decode()}\n",
        f"origin\n+1\n{base64.b64encode(ROOT).decode()}\n",
        f"origin\n１\n{base64.b64encode(ROOT).decode()}\n",
        f"origin\n9223372036854775808\n{base64.b64encode(ROOT).decode()}\n",
        f"origin\n{'9' * 5000}\n{base64.b64encode(ROOT).decode()}\n",
        f"origin\n0\n{base64.b64encode(ROOT).decode()}\n",
        "origin\n1\nAAAA\n",
        "origin\n1\n!!!!\n",
        f"origin\n1\n{base64.b64encode(ROOT).decode()[:-2]}9=\n",
        f"origin\n1\n{base64.b64encode(ROOT).decode()}\n\n",
        f"origin\n1\n{base64.b64encode(ROOT).decode()}\nextension\x07\n",
    ],
)
def test_parse_checkpoint_of_a_malformed_text_is_refused(text: str) -> None:
    with pytest.raises(CheckpointError, match="Expected"):
        parse_checkpoint(text)


SIGNATURE = LOG.sign(CHECKPOINT.to_text()).to_line()


@pytest.mark.parametrize(
    "note",
    [
        "",
        "text\n",
        "text\n\n",
        "text\n\n\n",
        "\n\n" + SIGNATURE,
        "text" + SIGNATURE,
        "text\n\n" + SIGNATURE[:-1],
        "text\n\n" + SIGNATURE.replace("—", "-"),
        "text\n\n" + SIGNATURE + "rest\n",
        "text\n\n— name\n",
        "text\n\n— na+me AAAAAAAA\n",
        "text\n\n— name AAAA\n",
        "text\n\n— name AAAAAAA\n",
        "text\n\n— name AAAAAAB=\n",
        "text\n\n—  AAAAAAAA\n",
        "te\rxt\n\n" + SIGNATURE,
        b"te\xffxt\n\n" + SIGNATURE.encode(),
        "text\n\n" + SIGNATURE * 101,
        "x" * 1_000_000 + "\n\n" + SIGNATURE,
    ],
)
def test_parse_note_of_a_malformed_note_is_refused(note: str | bytes) -> None:
    with pytest.raises(CheckpointError):
        parse_note(note)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "name+c74f20a3",
        GO_VERIFIER.replace("c74f20a3", "c74f20a4"),
        GO_VERIFIER.replace("ARpc", "AhpC"),
        GO_VERIFIER[:-4],
        GO_VERIFIER.replace("PeterNeumann", "Peter Neumann"),
    ],
)
def test_verifier_key_of_a_malformed_text_is_refused(text: str) -> None:
    with pytest.raises(CheckpointError, match="Expected"):
        VerifierKey.from_text(text)


def test_checkpoint_that_says_nothing_is_refused() -> None:
    assert Checkpoint("origin", 0, EMPTY_ROOT).size == 0
    for origin, size, root in [("", 1, ROOT), ("a\nb", 1, ROOT), ("a", -1, ROOT), ("a", 1, b""), ("a", 2**63, ROOT)]:
        with pytest.raises(CheckpointError, match="Expected"):
            Checkpoint(origin, size, root)
    with pytest.raises(CheckpointError, match="at least one key"):
        sign_checkpoint(CHECKPOINT)


def test_signing_key_never_shows_its_seed() -> None:
    assert repr(LOG) == "SigningKey(name='liandong.example/city')"
    with pytest.raises(AuditError, match="seed of 32 bytes"):
        SigningKey("name", b"short")
