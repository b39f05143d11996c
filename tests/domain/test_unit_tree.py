"""Who stands above whom, and who does what for whom: by example, and for any tree."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from workflow_engine.domain.unit_tree import TreeUnit, UnitTree

CITY = UnitTree(
    [
        TreeUnit("43", None, "province"),
        TreeUnit("4301", "43", "city"),
        TreeUnit("justice", "4301", None, frozenset({"justice"})),
        TreeUnit("housing", "4301", None, frozenset({"housing", "planning"})),
        TreeUnit("430102", "4301", "district"),
        TreeUnit("east_justice", "430102", None, frozenset({"justice"})),
        TreeUnit("430103", "4301", "district"),
        TreeUnit("430102001", "430102", "subdistrict", frozenset({"housing"})),
        TreeUnit("430102001001", "430102001", "community"),
        TreeUnit("430103001", "430103", "subdistrict", disabled=True),
        TreeUnit("430103001001", "430103001", "community"),
    ]
)


def test_superior_is_the_nearest_open_unit_above() -> None:
    assert CITY.superior_of("430102001001") == "430102001"
    assert CITY.superior_of("430103001001") == "430103"  # its subdistrict is closed
    assert CITY.superior_of("43") is None
    assert CITY.superior_of("nowhere") is None


def test_common_superior_is_the_lowest_unit_both_lie_in() -> None:
    assert CITY.common_superior(["430102001001", "430103001001"]) == "4301"
    assert CITY.common_superior(["east_justice", "430102001001"]) == "430102"
    assert CITY.common_superior(["430102", "430102001001"]) == "430102"
    assert CITY.common_superior(["430102", "nowhere"]) is None
    assert CITY.common_superior([]) is None


def test_unit_for_climbs_to_the_same_function() -> None:
    assert CITY.unit_for("justice", "430102001001") == "east_justice"
    assert CITY.unit_for("justice", "east_justice") == "justice"
    assert CITY.unit_for("justice", "housing") == "justice"
    assert CITY.unit_for("justice", "justice") is None
    assert CITY.unit_for("housing", "430102001001") == "430102001"
    assert CITY.unit_for("planning", "430102001") == "housing"
    assert CITY.unit_for("fishing", "430102001") is None


def test_unit_for_serves_the_top_from_directly_below() -> None:
    tree = UnitTree([TreeUnit("city"), TreeUnit("justice", "city", functions=frozenset({"justice"}))])
    assert tree.unit_for("justice", "city") == "justice"


def test_unit_at_climbs_to_the_nearest_that_exists() -> None:
    assert CITY.unit_at("430102001001") == "430102001001"
    assert CITY.unit_at("430102001999") == "430102001"
    assert CITY.unit_at("430102999001") == "430102"
    assert CITY.unit_at("430199001001") == "4301"
    assert CITY.unit_at("430103001001") == "430103001001"
    assert CITY.unit_at("430103001002") == "430103"  # its subdistrict is closed
    assert CITY.unit_at("990000000000") is None
    assert CITY.unit_at("Main Street") is None


def test_unit_at_knows_codes_that_are_filled_with_zeros() -> None:
    tree = UnitTree([TreeUnit("430100000000"), TreeUnit("430102000000"), TreeUnit("430102001000")])
    assert tree.unit_at("430102001005") == "430102001000"
    assert tree.unit_at("430102009005") == "430102000000"
    assert tree.unit_at("430105009005") == "430100000000"


def test_level_is_inherited() -> None:
    assert CITY.level_of("housing") == "city"
    assert CITY.level_of("430102001001") == "community"
    assert CITY.level_of("nowhere") is None


@st.composite
def trees(draw: st.DrawFn) -> tuple[UnitTree, list[TreeUnit]]:
    """Trees whose units may be closed; a unit's parent has a smaller number."""
    count = draw(st.integers(1, 14))
    units = [
        TreeUnit(
            f"u{number}",
            f"u{draw(st.integers(0, number - 1))}" if number and draw(st.booleans()) else None,
            draw(st.sampled_from([None, "city", "district"])),
            frozenset(draw(st.sets(st.sampled_from("abc"), max_size=2))),
            disabled=draw(st.booleans()),
        )
        for number in range(count)
    ]
    return UnitTree(units), units


@given(trees(), st.data())
def test_any_tree_answers_by_its_own_rules(made: tuple[UnitTree, list[TreeUnit]], data: st.DataObject) -> None:
    tree, units = made
    by_id = {unit.unit_id: unit for unit in units}
    one, other = (data.draw(st.sampled_from(units)).unit_id for _ in range(2))
    above = list(tree.above(one))
    assert len(set(above)) == len(above)
    assert one not in above
    assert not any(by_id[each].disabled for each in above)
    assert tree.superior_of(one) == (above[0] if above else None)
    common = tree.common_superior([one, other])
    assert common == tree.common_superior([other, one])
    if common is not None:
        assert common in {one, *above}
        assert common in {other, *tree.above(other)}
        lower = [each for each in (one, *above) if each in {other, *tree.above(other)} and not by_id[each].disabled]
        assert lower[0] == common
    found = tree.unit_for("a", one)
    if found is not None:
        assert "a" in by_id[found].functions
        assert found != one
        assert not by_id[found].disabled
        assert found in above or (by_id[found].parent_id in (above or [one]))


@given(st.lists(st.integers(0, 5), min_size=1, max_size=6))
def test_a_loop_in_the_rows_ends(parents: list[int]) -> None:
    units = [TreeUnit(f"u{number}", f"u{parent}") for number, parent in enumerate(parents)]
    tree = UnitTree(units)
    for unit in units:
        assert len(list(tree.above(unit.unit_id))) <= len(units)
        tree.common_superior([unit.unit_id, "u0"])
        tree.level_of(unit.unit_id)


def test_unit_at_finds_who_governs_the_place() -> None:
    tree = UnitTree(
        [
            TreeUnit("city", place_code="4301"),
            TreeUnit("b", "city", place_code="430102"),
            TreeUnit("a", "city", place_code="430102", disabled=True),
            TreeUnit("c", "city", place_code="430102"),
            TreeUnit("hill", "b", place_code="430102001"),
            TreeUnit("gone", "hill", place_code="430102001001", disabled=True),
        ]
    )
    assert tree.unit_at("430102001") == "hill"
    assert tree.unit_at("430102001001") == "hill"  # the community is closed
    assert tree.unit_at("430102005001") == "b"  # of the open ones the first by id
    assert tree.unit_at("430199") == "city"
