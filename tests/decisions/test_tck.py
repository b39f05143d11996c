"""The DMN compatibility kit, as far as it lies beside the repository."""

from __future__ import annotations

import pytest

from tests.conftest import SHARED
from tests.decisions.tck import FLOOR, run_kit

KIT = SHARED / "conformance" / "tck"


@pytest.mark.skipif(not (KIT / "cases.json").exists(), reason="the compatibility kit is not beside the repository")
def test_compatibility_kit_passes(capsys):
    report = run_kit(KIT)
    with capsys.disabled():
        print("\n" + "\n".join(report.lines()))
    assert min(report.shares().values()) >= FLOOR
    assert report.failures == []
    assert sum(count["refused"] for count in report.counts.values()) == 0
    assert sum(count["right"] for count in report.counts.values()) >= 1_191
