"""Joint decisions on the web: what is secret stays hidden, refused votes keep what was typed, what is public."""

from __future__ import annotations

import json

import pytest
from flask import Flask

from tests.support.voting import amend, release_voting, start_vote, vote
from tests.web.conftest import Visitor, actor
from web.presenters.text_versions import compare
from workflow_engine import Engine, document_digest

VOTERS = "user:wang, user:li, user:chen"


def put(engine: Engine, **rules: str) -> str:
    """A ballot of three."""
    release_voting(engine, actor(engine, "jiang"), actor(engine, "yu"), **{"voters": VOTERS, **rules})
    return start_vote(engine)


def test_refused_vote_keeps_what_was_typed_and_says_what_is_missing(app: Flask, engine: Engine) -> None:
    ballot_id = put(engine, choices="agree=yes, oppose=no")
    li = Visitor(app, "li")
    li.get(f"/decisions/{ballot_id}")
    answer = li.post(f"/decisions/{ballot_id}/vote", {"voter": "person:user:li", "item.0": "", "choice.0": "oppose"})
    assert answer.status_code == 422
    assert "Say why" in answer.text
    assert 'value="oppose" checked' in answer.text
    said = {"voter": "person:user:li", "item.0": "", "choice.0": "oppose", "reason.0": "<b>no</b>"}
    answer = li.post(f"/decisions/{ballot_id}/vote", said)
    assert "data-fingerprint" in answer.text
    assert "&lt;b&gt;no" in li.get(f"/decisions/{ballot_id}").text
    assert li.post(f"/decisions/{ballot_id}/vote", said).status_code in (200, 409, 422)
    assert sum(row.voted for row in engine.queries.ballots.page(actor(engine, "li")).items) == 1


@pytest.mark.parametrize("secrecy", ["after_close", "secret"])
def test_votes_stay_hidden_on_every_page_while_the_secrecy_says_so(app: Flask, engine: Engine, secrecy: str) -> None:
    ballot_id = put(engine, secrecy=secrecy, earlyEnd="false", reasons="" if secrecy == "secret" else "no")
    case_id = ballot_id.partition(".")[0]
    vote(engine, ballot_id, actor(engine, "wang"), "no", None if secrecy == "secret" else "My very own reason")
    li = Visitor(app, "li")
    page = f"/decisions/{ballot_id}"
    for path in (page, f"{page}/sheet", f"{page}/live?part=tally", f"/tasks/{ballot_id}", f"/cases/{case_id}/replay"):
        text = li.get(path).text
        assert "My very own reason" not in text, path
        assert "voted: " not in text, path
    entries = json.loads(li.get(f"/cases/{case_id}/replay/data?after=0").text)["entries"]
    assert [entry[5] for entry in entries if entry[0] != int(entry[0])] == [["", "Wang Fang", " has voted"]]


def test_replay_and_event_log_tell_each_open_vote_at_its_time(app: Flask, engine: Engine) -> None:
    ballot_id = put(engine)
    case_id = ballot_id.partition(".")[0]
    for person, choice in (("wang", "yes"), ("li", "no"), ("chen", "yes")):
        vote(engine, ballot_id, actor(engine, person), choice, "because")
    chunk = json.loads(Visitor(app, "wang").get(f"/cases/{case_id}/replay/data?after=0").text)
    numbers = [entry[0] for entry in chunk["entries"]]
    assert numbers == sorted(numbers)
    assert [number for number in numbers if number == int(number)] == [1, 2, *range(3, int(numbers[-1]) + 1)]
    assert sum(1 < number < 2 for number in numbers) == 3
    table = Visitor(app, "wang").get(f"/cases/{case_id}/replay").text
    assert table.count('class="is-vote"') == 3
    jiang = Visitor(app, "jiang")
    jiang.get(f"/cases/{case_id}/proof")
    log = jiang.post(f"/cases/{case_id}/export", {"form": "csv"}).get_data(as_text=True)
    assert log.count("ballot.voted") == 3
    assert log.count("user_task.completed") == 0
    assert "ballot.decided" in log
    assert "adopted" in log


def test_published_decision_holds_no_names_and_its_digest_can_be_checked(app: Flask, engine: Engine) -> None:
    ballot_id = put(engine, earlyEnd="false")
    for person in ("wang", "li", "chen"):
        vote(engine, ballot_id, actor(engine, person), "yes")
    visitor = Visitor(app)
    (listed,) = json.loads(visitor.get("/decisions/public.json").text)["decisions"]
    data = json.loads(visitor.get(listed["data"]).text)
    assert data["sha256"] == document_digest(data["document"])
    assert data["document"]["votes"]["yes"] == 3
    assert data["document"]["participation"]["adoption"][0]["adopted"] == 5
    assert data["document"]["lowered"] == [
        {"floor": "Days of consultation", "from": 30, "to": 14, "reason": "The season begins in June."}
    ]
    page = visitor.get(listed["page"]).text
    for private in ("user:wang", "Wang Fang", "13800138000", "Li Ming", ballot_id.partition(".")[0]):
        assert private not in page
        assert private not in json.dumps(data)
    assert visitor.get("/decisions/public/no-such-thing").status_code == 404


def test_amended_text_stands_beside_the_one_before_and_old_votes_are_told(app: Flask, engine: Engine) -> None:
    ballot_id = put(engine, chair="user:wang", rounds="2")
    vote(engine, ballot_id, actor(engine, "li"), "no", "Too little")
    amend(engine, ballot_id, actor(engine, "wang"))
    text = Visitor(app, "li").get(f"/decisions/{ballot_id}").text
    assert "<del>3</del>" in text
    assert "<ins>5</ins>" in text
    assert "1 vote of the round before no longer counts." in text


def test_texts_are_compared_by_paragraph_and_word() -> None:
    pairs = compare("Same.\n\nThree <b> trees.\n\nGone.", "Same.\n\nFour <b> trees.\n\nSomething wholly different here")
    assert [pair.kind for pair in pairs] == ["same", "changed", "removed", "added"]
    assert str(pairs[1].before) == "<del>Three</del> &lt;b&gt; trees."
    assert str(pairs[1].after) == "<ins>Four</ins> &lt;b&gt; trees."
    assert compare("", "") == []
