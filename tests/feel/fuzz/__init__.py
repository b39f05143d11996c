"""A fuzzing target for FEEL: ``python -m tests.feel.fuzz --programs 1000000``."""
