#!/usr/bin/env python3
"""Verify the export of a case with nothing but Python's standard library.

    python3 verify_case.py case.json [--key KEY] [--checkpoint FILE] [--witness KEY]

Exit code 0: everything was proved; 1: something is not as it was recorded; 2: this is no such file; 3: nothing is
wrong, but a proof is missing. KEY is the public key ``name+id+base64`` that you got from the operator by another way.
FILE is a signed checkpoint that you kept: where the export holds the proof, it is shown that the log only grew since.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

FORMAT, ZEROS = "liandong-case/1", "0" * 64


class FormatError(Exception):
    """The file is not an export of a case."""


@dataclass
class Verdict:
    """What was found, what was proved, and what could not be."""

    findings: list[str] = field(default_factory=list)
    proved: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)

    @property
    def code(self) -> int:
        return 1 if self.findings else 3 if self.open else 0


def read_json(text: str | bytes) -> Any:
    """JSON in which no key stands twice and every number is finite. Raises FormatError."""
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"not strict JSON: {error}") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")


def canonical(value: Any) -> str:
    """The text of RFC 8785: sorted keys, no spaces, numbers as ECMAScript writes them."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
        return "{" + ",".join(f"{canonical(key)}:{canonical(value[key])}" for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int):
        return str(value)
    return _number(value)


def _number(value: float) -> str:
    if value == 0:
        return "0"
    mantissa, _, exponent = f"{abs(value)!r}".partition("e")
    whole, _, part = mantissa.partition(".")
    part = "" if part == "0" else part
    digits = (whole + part).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + part) - len(digits))
    digits = digits.rstrip("0")
    sign, count = "-" if value < 0 else "", len(digits)
    if 0 < point <= 21:
        return sign + (digits + "0" * (point - count) if count <= point else f"{digits[:point]}.{digits[point:]}")
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    shown = digits[0] + (f".{digits[1:]}" if count > 1 else "")
    return f"{sign}{shown}e{'+' if point > 0 else '-'}{abs(point - 1)}"


P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]


def _add(one: Point, two: Point) -> Point:
    a, b = (one[1] - one[0]) * (two[1] - two[0]) % P, (one[1] + one[0]) * (two[1] + two[0]) % P
    c, d = 2 * one[3] * two[3] * D % P, 2 * one[2] * two[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(scalar: int, point: Point) -> Point:
    result: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = _add(result, point)
        point, scalar = _add(point, point), scalar >> 1
    return result


def _decode(data: bytes) -> Point | None:
    sign, y = divmod(int.from_bytes(data, "little"), 2**255)
    if len(data) != 32 or y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def _encode(point: Point) -> bytes:
    inverse = pow(point[2], P - 2, P)
    return (point[1] * inverse % P | (point[0] * inverse % P & 1) << 255).to_bytes(32, "little")


BASE = _decode((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


@lru_cache(maxsize=256)
def ed25519_holds(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature over the message is by the holder of this key."""
    key, scalar = _decode(public), int.from_bytes(signature[32:], "little")
    if key is None or BASE is None or len(signature) != 64 or scalar >= ORDER:
        return False
    digest = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    minus = _times(digest, (P - key[0], key[1], key[2], P - key[3]))
    return _encode(_add(_times(scalar, BASE), minus)) == signature[:32]


def _base64(text: str) -> bytes:
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("base64 is not canonical")
    return data


def read_key(text: str) -> tuple[str, bytes, bytes]:
    """(name, key id, public key) of ``name+id+base64``. Raises FormatError."""
    try:
        name, key_id, encoded = text.strip().split("+", 2)
        blob = _base64(encoded)
        expected = hashlib.sha256(name.encode() + b"\n" + blob).digest()[:4]
        if not name or blob[:1] != b"\x01" or len(blob) != 33 or expected.hex() != key_id:
            raise ValueError("its parts do not fit together")
    except ValueError as error:
        raise FormatError(f"no public key “name+id+base64”: {error}") from error
    return name, expected, blob[1:]


def open_note(note: str, key: tuple[str, bytes, bytes]) -> str | None:
    """The text of a signed note; None when this key did not sign it."""
    name, key_id, public = key
    text, separator, tail = note.rpartition("\n\n")
    if not separator or not tail.endswith("\n"):
        return None
    for line in tail[:-1].split("\n"):
        parts = line.removeprefix("— ").split(" ")
        if not line.startswith("— ") or len(parts) != 2 or parts[0] != name:
            continue
        try:
            blob = _base64(parts[1])
        except ValueError:
            continue
        if blob[:4] == key_id and ed25519_holds(public, (text + "\n").encode(), blob[4:]):
            return text + "\n"
    return None


def read_checkpoint(text: str, name: str) -> tuple[int, bytes]:
    """(size, root) in the text of a checkpoint of this log. Raises ValueError."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[0] != name or not lines[1].isascii() or str(int(lines[1])) != lines[1]:
        raise ValueError("it is no checkpoint of this log")
    root = _base64(lines[2])
    if len(root) != 32:
        raise ValueError("its root has not 32 bytes")
    return int(lines[1]), root


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_from_leaf(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes | None:
    """The root to which a leaf and its proof lead (RFC 9162, 2.1.3.2); None when the proof has another length."""
    node, last, merged = index, size - 1, leaf
    for sibling in path if 0 <= index < size else []:
        if last == 0:
            return None
        if node & 1 or node == last:
            merged = _node(sibling, merged)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            merged = _node(merged, sibling)
        node, last = node >> 1, last >> 1
    return merged if last == 0 and 0 <= index < size else None


def only_grew(old: int, size: int, old_root: bytes, root: bytes, path: list[bytes]) -> bool:
    """Whether the proof shows that the log of ``size`` continues that of ``old`` (RFC 9162, 2.1.4.2)."""
    if old == size:
        return not path and old_root == root
    if not 0 < old < size:
        return False
    hashes = [old_root, *path] if old & (old - 1) == 0 else list(path)
    node, last = old - 1, size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    first = second = hashes[0] if hashes else b""
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            first, second = _node(sibling, first), _node(sibling, second)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            second = _node(second, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and first == old_root and second == root


def verify(data: bytes, key: str | None = None, kept: str | None = None, witnesses: list[str] | None = None) -> Verdict:
    """Check everything in an export. Raises FormatError when it is none."""
    bundle = read_json(data)
    if not isinstance(bundle, dict) or bundle.get("format") != FORMAT:
        raise FormatError(f"the file does not say that it is {FORMAT}")
    verdict = Verdict()
    try:
        bodies = _check_chain(bundle, verdict)
        _check_values(bundle, bodies, verdict)
        _check_definitions(bundle, bodies, verdict)
        _check_log(bundle, verdict, key, kept, witnesses or [])
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise FormatError(f"a part is missing or malformed ({type(error).__name__}: {error})") from error
    return verdict


def _check_chain(bundle: dict[str, Any], verdict: Verdict) -> dict[int, dict[str, Any]]:
    case_id, before, bodies = bundle["case_id"], (0, ZEROS), {}
    for entry in bundle["entries"]:
        seq, prev, stored, body = entry["seq"], entry["prev"], entry["hash"], entry["body"]
        if type(seq) is not int or not all(isinstance(part, str) for part in (prev, stored, body)):
            raise FormatError("an entry is malformed")
        whole = f'{{"body":{body},"case_id":{canonical(case_id)},"prev":{canonical(prev)},"seq":{seq}}}'
        if hashlib.sha256(b"\0" + whole.encode()).hexdigest() != stored:
            verdict.findings.append(f"entry {seq}: content and hash do not fit; it was changed")
        if (seq - 1, prev) != before:
            verdict.findings.append(f"entry {seq}: does not follow entry {before[0]}; one was removed, added or moved")
        before, bodies[seq] = (seq, stored), read_json(body)
        if not isinstance(bodies[seq], dict) or canonical(bodies[seq]) != body:
            verdict.findings.append(f"entry {seq}: its text is not in canonical form")
    if (bundle["head"]["seq"], bundle["head"]["hash"]) != before:
        verdict.findings.append(f"the case is said to end with entry {bundle['head']['seq']}, but {before[0]} is last")
    verdict.proved.append(f"{len(bodies)} entries follow each other without a gap, each unchanged since it was hashed")
    return bodies


def _check_values(bundle: dict[str, Any], bodies: dict[int, dict[str, Any]], verdict: Verdict) -> None:
    shown = sum(map(len, bundle["values"].values()))
    for number, slots in bundle["values"].items():
        commitments = bodies.get(int(number), {}).get("commitments", {})
        for slot, part in slots.items():
            text = bytes.fromhex(part["salt"]) + canonical(part["value"]).encode()
            if len(part["salt"]) != 64 or commitments.get(slot) != hashlib.sha256(text).hexdigest():
                verdict.findings.append(f"entry {number}: the value of “{slot}” is not the one that was recorded")
    recorded = sum(len(body.get("commitments", {})) for body in bodies.values())
    rest = f"; {recorded - shown} more are not shown: erased, or not for the reader" if shown < recorded else ""
    verdict.proved.append(f"{shown} values are those that the entries commit to{rest}")


def _check_definitions(bundle: dict[str, Any], bodies: dict[int, dict[str, Any]], verdict: Verdict) -> None:
    found = set()
    for definition in bundle["definitions"]:
        files = {name: _base64(content) for name, content in definition["files"].items()}
        listed = [[name, hashlib.sha256(content).hexdigest()] for name, content in sorted(files.items())]
        text = json.dumps(listed, ensure_ascii=False, separators=(",", ":"))
        if hashlib.sha256(text.encode()).hexdigest() != definition["definition_id"]:
            verdict.findings.append(
                f"model {definition['definition_id'][:16]}…: its files are not those it is named by"
            )
        found.add(definition["definition_id"])
    events = [event for body in bodies.values() for event in body["events"]]
    named = {event["definition_id"] for event in events if "definition_id" in event}
    for missing in sorted(named - found):
        verdict.findings.append(f"model {missing[:16]}…: the case ran on it, but it is not here")
    verdict.proved.append(f"{len(found)} model versions, on which the case ran, are here unchanged")


def _check_log(bundle: dict[str, Any], verdict: Verdict, key: str | None, kept: str | None, others: list[str]) -> None:
    log = bundle["log"]
    for witness in map(read_key, others):
        is_signed = log is not None and open_note(log["checkpoint"], witness) is not None
        said = f"the checkpoint {'is' if is_signed else 'is not'} signed by the witness {witness[0]}"
        (verdict.proved if is_signed else verdict.findings).append(said)
    if log is None:
        verdict.open.append("nobody signed this: who could rewrite the whole database could have made it")
        return
    signer = read_key(key or log["verifier"])
    text = open_note(log["checkpoint"], signer)
    if text is None:
        verdict.findings.append(f"the checkpoint is not signed by {signer[0]} with the key {signer[1].hex()}")
        return
    now = read_checkpoint(text, signer[0])
    if key is None:
        verdict.open.append(f"the key comes from the file itself: compare it with the operator's, {log['verifier']}")
    _check_inclusion(bundle, verdict, *now)
    _check_statement(bundle, verdict, signer)
    if kept is not None:
        _check_kept(log, verdict, signer, kept, now)


def _check_inclusion(bundle: dict[str, Any], verdict: Verdict, size: int, root: bytes) -> None:
    proofs, before = bundle["log"]["proofs"], -1
    for entry in bundle["entries"]:
        proof = proofs.get(str(entry["seq"]))
        if proof is None:
            verdict.findings.append(f"entry {entry['seq']}: no proof that it is in the signed log")
            continue
        path = [bytes.fromhex(part) for part in proof["path"]]
        if root_from_leaf(bytes.fromhex(entry["hash"]), proof["index"], size, path) != root:
            verdict.findings.append(f"entry {entry['seq']}: it is not in the signed log where the export says")
        if proof["index"] <= before:
            verdict.findings.append(f"entry {entry['seq']}: it stands before an earlier entry in the log")
        before = proof["index"]
    verdict.proved.append(f"every entry is in the log of {size} entries that was signed")


def _check_statement(bundle: dict[str, Any], verdict: Verdict, signer: tuple[str, bytes, bytes]) -> None:
    text = open_note(bundle["statement"], signer)
    head = bundle["head"]
    said = f"{signer[0]} case\n{bundle['case_id']}\n{head['seq']}\n{head['hash']}\n{bundle['exported_at']}\n"
    if text != said:
        verdict.findings.append("the signed statement about the end of the case is not about this case and this end")
        return
    verdict.proved.append(f"{signer[0]} signed that entry {head['seq']} was the last one at {bundle['exported_at']}")


def _check_kept(
    log: dict[str, Any], verdict: Verdict, signer: tuple[str, bytes, bytes], kept: str, now: tuple[int, bytes]
) -> None:
    text = open_note(kept, signer)
    if text is None:
        verdict.findings.append("the checkpoint you kept is not signed by this key")
        return
    old_size, old_root = read_checkpoint(text, signer[0])
    path = [] if old_size == now[0] else log["consistency"].get(str(old_size))
    if path is None:
        verdict.open.append(f"no proof here from your checkpoint of {old_size} entries: ask for an export with it")
    elif only_grew(old_size, now[0], old_root, now[1], [bytes.fromhex(part) for part in path]):
        verdict.proved.append(f"the log only grew since your checkpoint of {old_size} entries")
    else:
        verdict.findings.append(f"the log does not continue your checkpoint of {old_size} entries: it was rewritten")


def main(words: list[str] | None = None) -> int:
    """Verify the file named on the command line and say what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--key", help="public key name+id+base64, got by another way than the file")
    parser.add_argument("--checkpoint", metavar="FILE", help="a signed checkpoint that you kept")
    parser.add_argument("--witness", action="append", metavar="KEY", help="who must have signed the checkpoint too")
    chosen = parser.parse_args(words)
    try:
        kept = Path(chosen.checkpoint).read_text(encoding="utf-8") if chosen.checkpoint else None
        verdict = verify(Path(chosen.file).read_bytes(), chosen.key, kept, chosen.witness)
    except (OSError, UnicodeDecodeError, FormatError) as error:
        print(f"NOT AN EXPORT: {error}")
        return 2
    told = [("PROVED", [] if verdict.findings else verdict.proved), ("OPEN", verdict.open), ("FOUND", verdict.findings)]
    print(*(f"{title}: {line}" for title, lines in told for line in lines), sep="\n")
    words = ["Everything was proved.", "SOMETHING IS NOT AS IT WAS RECORDED.", "", "Nothing is wrong; see OPEN."]
    print(words[verdict.code])
    print("Not proved: that a person did it (only that the program recorded that account), nor why values are missing.")
    return verdict.code


if __name__ == "__main__":
    sys.exit(main())
