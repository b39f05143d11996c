"""The export of a case verifies with the standard library alone, and every forgery of it is found."""

from __future__ import annotations

import copy
import io
import json
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from tests.support.house import ADMIN, ANNE, AUDITOR, BO, STRANGER, TWO_STEPS, House
from workflow_engine import OPERATOR, AddCosignature, NotFoundError, NotPermittedError, Settings, new_id
from workflow_engine.audit.cosigning import cosign
from workflow_engine.audit.notes import SigningKey, VerifierKey
from workflow_engine.audit.verify_case import FormatError, canonical, ed25519_holds, read_json, verify
from workflow_engine.domain.errors import CheckpointError
from workflow_engine.log_keys import make_log_key

Bundle = dict[str, Any]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, str, str]]:
    """A house with a closed case and others in the log: (house, case, the operator's public key)."""
    folder = tmp_path_factory.mktemp("export")
    key = make_log_key(folder / "log.key", "city.example/log")
    settings = Settings(database_url=f"sqlite:///{folder / 'x.sqlite3'}", log_key_file=folder / "log.key")
    house = House(settings.database_url, settings=settings)
    house.release(TWO_STEPS)
    others = [house.start(amount=1.5) for _ in range(5)]
    case_id = house.start(place="河边 <1>", amount=0.1, deep={"b": [1e-7, 1e21, -3.25], "a": None})
    for step in range(2):
        house.complete(house.task(case_id), ANNE, note=f"n{step}")
        house.complete(house.task(others[step]), ANNE)
        house.engine.extend_log([case_id, *others])
    yield house, case_id, key.verifier.to_text()
    house.close()


@pytest.fixture(scope="module")
def bundle(made: tuple[House, str, str]) -> Bundle:
    house, case_id, _key = made
    packed = zipfile.ZipFile(io.BytesIO(house.engine.exporting.bundle(case_id, AUDITOR).content))
    return json.loads(packed.read("case.json"))


def test_untouched_export_is_proved(made: tuple[House, str, str], bundle: Bundle) -> None:
    house, _case_id, key = made
    verdict = verify(orjson.dumps(bundle), key)
    assert (verdict.code, verdict.findings, verdict.open) == (0, [], [])
    assert verify(orjson.dumps(bundle)).code == 3  # the key of the file itself proves nothing yet
    first = house.engine.queries.log.checkpoints(limit=50).items[-1]
    assert verify(orjson.dumps(bundle), key, first.note).proved[-1].startswith("the log only grew since")


def test_export_carries_what_a_witness_signed(made: tuple[House, str, str]) -> None:
    house, case_id, key = made
    court, other = SigningKey("court.example", b"c" * 32), SigningKey("other.example", b"o" * 32)
    house.engine.exporting.bundle(case_id, AUDITOR)
    note = cosign(house.engine.queries.log.checkpoint().note, VerifierKey.from_text(key), court)
    add = AddCosignature(command_id=new_id(), note=note, witness=court.verifier.to_text())
    house.engine.handle(add, OPERATOR)
    forged = AddCosignature(command_id=new_id(), note=note, witness=other.verifier.to_text())
    with pytest.raises(CheckpointError):
        house.engine.handle(forged, OPERATOR)
    house.engine.extend_log = lambda *_a, **_k: None  # type: ignore[method-assign] - nothing newer is signed meanwhile
    try:
        packed = zipfile.ZipFile(io.BytesIO(house.engine.exporting.bundle(case_id, AUDITOR).content))
    finally:
        del house.engine.extend_log
    data = packed.read("case.json")
    proved = verify(data, key, None, [court.verifier.to_text()]).proved
    assert "the checkpoint is signed by the witness court.example" in proved
    verdict = verify(data, key, None, [other.verifier.to_text()])
    assert verdict.findings == ["the checkpoint is not signed by the witness other.example"]
    assert house.engine.verify_audit(sample=0).ok


def test_verifier_runs_without_this_program(made: tuple[House, str, str], tmp_path: Path) -> None:
    house, case_id, key = made
    content = house.engine.exporting.bundle(case_id, AUDITOR).content
    zipfile.ZipFile(io.BytesIO(content)).extractall(tmp_path)
    words = [sys.executable, "-I", "-S", "verify_case.py", "case.json"]
    ran = subprocess.run([*words, "--key", key], cwd=tmp_path, capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "Everything was proved." in ran.stdout
    (tmp_path / "case.json").write_bytes(b"[]")
    assert subprocess.run(words, cwd=tmp_path, capture_output=True).returncode == 2


def entry(bundle: Bundle, number: int) -> Bundle:
    found: Bundle = bundle["entries"][number]
    return found


def edit(bundle: Bundle) -> None:
    entry(bundle, 1)["body"] = entry(bundle, 1)["body"].replace("user:anne", "user:bo")


def relink(bundle: Bundle, start: int = 0) -> None:
    """Make the chain fit again, as a forger without the key would."""
    from workflow_engine.audit.chain import entry_hash

    prev = "0" * 64 if start == 0 else entry(bundle, start - 1)["hash"]
    for number, one in enumerate(bundle["entries"], 1):
        if number > start:
            digest = entry_hash(bundle["case_id"], number, prev, one["body"].encode())
            one.update(seq=number, prev=prev, hash=digest)
            prev = digest
    bundle["head"] = {"seq": len(bundle["entries"]), "hash": prev}


def edit_and_relink(bundle: Bundle) -> None:
    edit(bundle)
    relink(bundle, 1)


def drop_last(bundle: Bundle) -> None:
    bundle["entries"].pop()
    bundle["values"].pop("3", None)
    relink(bundle, 2)


def drop_first(bundle: Bundle) -> None:
    bundle["entries"].pop(0)
    relink(bundle)


def swap(bundle: Bundle) -> None:
    bundle["entries"][1:3] = bundle["entries"][2:0:-1]


def rename_case(bundle: Bundle) -> None:
    bundle["case_id"] = "f" * 32
    relink(bundle)


def change_value(bundle: Bundle) -> None:
    bundle["values"]["2"]["0"]["value"]["variables"]["note"] = "other"


def change_model(bundle: Bundle) -> None:
    files = bundle["definitions"][0]["files"]
    files["model.bpmn"] = files["model.bpmn"][:-8] + "AAAAAAA="


def shrink_log(bundle: Bundle) -> None:
    bundle["log"]["checkpoint"] = bundle["log"]["checkpoint"].replace("\n1", "\n2", 1)


def move_in_log(bundle: Bundle) -> None:
    bundle["log"]["proofs"]["2"]["index"] += 1


def say_another_end(bundle: Bundle) -> None:
    bundle["exported_at"] = "2020-01-01T00:00:00+00:00"


FORGERIES: list[Callable[[Bundle], None]] = [
    edit, edit_and_relink, drop_last, drop_first, swap, rename_case, change_value, change_model, shrink_log,
    move_in_log, say_another_end, lambda bundle: bundle["entries"].pop(1),
    lambda bundle: bundle["log"]["proofs"].pop("1"),
    lambda bundle: bundle["definitions"].clear(), lambda bundle: bundle["head"].update(seq=9),
    lambda bundle: bundle["values"].update({"1": {"9": {"salt": "00" * 32, "value": 1}}}),
]  # fmt: skip


@pytest.mark.parametrize("forge", FORGERIES)
def test_forgery_is_found(made: tuple[House, str, str], bundle: Bundle, forge: Callable[[Bundle], None]) -> None:
    forged = copy.deepcopy(bundle)
    forge(forged)
    assert verify(orjson.dumps(forged), made[2]).findings != []


def test_lawful_erasure_still_verifies(made: tuple[House, str, str], bundle: Bundle) -> None:
    erased = copy.deepcopy(bundle)
    erased["values"].pop("2")
    assert verify(orjson.dumps(erased), made[2]).code == 0


def test_another_key_and_no_signature_prove_nothing(
    made: tuple[House, str, str], bundle: Bundle, tmp_path: Path
) -> None:
    other = make_log_key(tmp_path / "k", "city.example/log").verifier.to_text()
    assert verify(orjson.dumps(bundle), other).findings != []
    assert verify(orjson.dumps({**bundle, "log": None}), made[2]).code == 3


@pytest.mark.parametrize(
    "text", ['{"format":"liandong-case/1","format":"liandong-case/1"}', "[]", "{", '{"format":1e999}', "NaN", ""]
)
def test_what_is_no_strict_export_is_refused(text: str) -> None:
    with pytest.raises(FormatError):
        verify(text.encode())


def test_key_that_stands_twice_in_a_body_is_refused(made: tuple[House, str, str], bundle: Bundle) -> None:
    forged = copy.deepcopy(bundle)
    body = entry(forged, 0)["body"]
    entry(forged, 0)["body"] = '{"actor":"user:x",' + body[1:]
    with pytest.raises(FormatError, match="twice"):
        verify(orjson.dumps(forged), made[2])


def test_thousand_random_changes_are_found(made: tuple[House, str, str], bundle: Bundle) -> None:
    """One character of the evidence at a time; what is not evidence (who exported, unused proofs) is left alone."""
    chance = random.Random(7)
    text = json.dumps({key: bundle[key] for key in ("entries", "head")})
    rest = {key: value for key, value in bundle.items() if key not in ("entries", "head")}
    missed = []
    for _ in range(1000):
        place = chance.randrange(len(text))
        new = chance.choice('0123456789abcdefgh {}[],:"')
        forged = text[:place] + new + text[place + 1 :]
        try:
            changed = json.loads(forged)
            if changed == json.loads(text) or verify(orjson.dumps({**rest, **changed}), made[2]).findings:
                continue
        except (FormatError, ValueError):
            continue
        missed.append((place, new))
    assert missed == []


def test_export_is_on_record_and_only_for_those_who_may(made: tuple[House, str, str]) -> None:
    house, case_id, _key = made
    before = len(house.rows("SELECT 1 FROM audit_entry WHERE stream_id = 'export:all'"))
    house.engine.exporting.bundle(case_id, ADMIN)
    (last,) = house.rows("SELECT body FROM audit_entry WHERE stream_id = 'export:all' ORDER BY seq DESC LIMIT 1")
    event = json.loads(last[0])["events"][0]
    assert (event["form"], event["rows"], event["person_id"]) == ("bundle", 3, "user:admin")
    with pytest.raises(NotPermittedError):
        house.engine.exporting.bundle(case_id, BO)
    with pytest.raises((NotFoundError, NotPermittedError)):
        house.engine.exporting.bundle(case_id, STRANGER)
    assert len(house.rows("SELECT 1 FROM audit_entry WHERE stream_id = 'export:all'")) == before + 1


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=60), st.integers(0, 511))
def test_signatures_verify_as_in_the_reference(seed: bytes, message: bytes, bit: int) -> None:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = private.public_key().public_bytes_raw(), private.sign(message)
    assert ed25519_holds(public, message, signature)
    changed = bytearray(signature)
    changed[bit // 8] ^= 1 << bit % 8
    assert not ed25519_holds(public, message, bytes(changed))
    assert not ed25519_holds(public, message + b"x", signature)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4), max_leaves=12,
)  # fmt: skip


@given(JSON)
def test_canonical_text_is_that_of_the_reference(value: Any) -> None:
    try:
        expected = rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError):
        return
    assert canonical(value).encode() == expected
    assert canonical(read_json(expected)).encode() == expected
