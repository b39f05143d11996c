"""Faults on purpose: kills, races, wrong clocks, full disks; and a checker that knows nothing of the product's code."""
