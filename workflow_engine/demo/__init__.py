"""A made-up city with its people, two alerts in the inbox and one case under way: what a first visitor sees."""

from __future__ import annotations

from workflow_engine.demo.load import DEMO_PASSWORD, load_demo, read_organisation

__all__ = ["DEMO_PASSWORD", "load_demo", "read_organisation"]
