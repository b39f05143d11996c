"""``feel`` and ``decide``: values, carets, tables with their matched rows, reasons; and every refusal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Program
from tests.decisions.files import file, table


def test_feel_gives_the_value_of_an_expression(program: Program) -> None:
    assert program("feel", "1 + 2 * 3").out == "7\n"
    assert program("feel", 'Full Name + "!"', "--set", "Full Name=Li").out == '"Li!"\n'
    assert program("feel", "today()", "--now", "2026-01-31").out == "2026-01-31\n"
    ran = program("feel", "a.b", "--context", "-", "--json", given='{"a": {"b": [1.5, null]}}')
    assert ran.json == {"value": [1.5, None], "feel": "[1.5, null]", "missing": []}


def test_feel_notes_a_name_that_nothing_gives(program: Program) -> None:
    ran = program("feel", "x = null")
    assert (ran.code, ran.out, ran.err) == (0, "true\n", "note: nothing gives x\n")


def test_feel_points_at_the_place_of_an_error(program: Program) -> None:
    ran = program("feel", "死亡 > 3 and\n  )")
    assert ran.code == 2
    assert ran.out == ""
    assert ran.err.splitlines() == [
        "liandong: Unexpected ')' (line 2, column 3); expected an expression", "    )", "    ^"
    ]  # fmt: skip
    assert program("feel", "死亡 ! 3").err.splitlines()[1:] == ["  死亡 ! 3", "       ^"]
    error = json.loads(program("feel", "1 +", "--json").err)["error"]
    assert (error["code"], error["line"], error["column"]) == ("expression_syntax", 1, 4)


@pytest.mark.parametrize(
    "words",
    [
        ["count(for i in 1..9999999 return i)"],
        ["1", "--context", "no-such-file"],
        ["1", "--set", "x"],
        ["1", "--now", "yesterday"],
        [],
    ],
)
def test_feel_that_cannot_be_evaluated_ends_with_2(program: Program, words: list[str]) -> None:
    ran = program("feel", *words)
    assert (ran.code, ran.out) == (2, "")
    assert "Traceback" not in ran.err


@pytest.fixture
def grade(tmp_path: Path) -> str:
    uses = '<informationRequirement><requiredDecision href="#grade"/></informationRequirement>'
    content = file(
        table([("< 10", '"low"'), (">= 10", '"high"')], inputs=("deaths",), decision_id="grade"),
        table([('"high"', '"[red]"'), ('"low"', '"green"')], inputs=("grade",), decision_id="track", extra=uses),
    )
    path = tmp_path / "grade.dmn"
    path.write_bytes(content)
    return str(path)


def test_decide_gives_the_last_decision(program: Program, grade: str) -> None:
    assert program("decide", grade, "--set", "deaths=12").out == '"[red]"\n'
    assert program("decide", grade, "--decision", "grade", "--input", "-", given='{"deaths": 2}').out == '"low"\n'


def test_decide_explains_with_the_table_and_the_row_marked(program: Program, grade: str) -> None:
    lines = program("decide", grade, "--set", "deaths=12", "--explain").out.splitlines()
    assert [line.split("│")[1:-1] for line in lines if "▶" in line] == [
        [" ▶ 2 ", " >= 10  ", ' "high" '],
        [" ▶ 1 ", ' "high" ', ' "[red]" '],
    ]
    assert "Rule 2 of *grade* matched because deaths ≥ 10." in lines
    assert 'Rule 1 of *track* matched because grade = "high".' in lines
    chinese = program("decide", grade, "--set", "deaths=12", "--explain", "--language", "zh").out
    assert "《grade》第 2 条规则命中，因为 deaths ≥ 10。" in chinese


def test_decide_as_json_holds_the_whole_way(program: Program, grade: str) -> None:
    said = program("decide", grade, "--set", "deaths=12", "--json").json
    assert (said["outputs"], said["matched_rules"], said["hit_policy"]) == ("[red]", [1], "UNIQUE")
    assert [(one["decision_id"], one["matched_rules"]) for one in said["tables"]] == [("grade", [2]), ("track", [1])]
    assert said["explanation"] == 'Rule 1 of *track* matched because grade = "high".'


def test_decide_reads_imports_beside_the_file(program: Program, grade: str, tmp_path: Path) -> None:
    dmn = "https://www.omg.org/spec/DMN/20191111/MODEL/"
    (tmp_path / "more.dmn").write_text(
        f'<definitions xmlns="{dmn}" namespace="more" name="more">'
        f'<import name="g" namespace="test" importType="{dmn}"/><decision id="x" name="x">'
        '<informationRequirement><requiredDecision href="test#track"/></informationRequirement>'
        "<literalExpression><text>upper case(g.track)</text></literalExpression></decision></definitions>"
    )
    assert program("decide", str(tmp_path / "more.dmn"), "--set", "deaths=1").out == '"GREEN"\n'


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--set", 'deaths="many"', "--explain"], "expected a rule to match"),
        (["--set", "deaths=null"], "expected a rule to match"),
        (["--decision", "gone"], "there are: grade, track"),
        (["--input", "no-such-file"], "no-such-file"),
    ],
)
def test_decide_that_cannot_be_done_ends_with_2(program: Program, grade: str, words: list[str], said: str) -> None:
    ran = program("decide", grade, *words)
    assert ran.code == 2
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_decide_refuses_what_is_no_dmn(program: Program, tmp_path: Path) -> None:
    path = tmp_path / "x.dmn"
    path.write_text("<html/>")
    ran = program("decide", str(path))
    assert (ran.code, ran.out) == (2, "")
    assert "DMN" in ran.err
