"""Rows of the engine turned into what a person reads: sentences, times, names, tables. No HTML beyond emphasis."""
