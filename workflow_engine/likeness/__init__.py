"""Whether two reports are about the same thing: their words, place, category and time, weighed together. Pure."""

from workflow_engine.likeness.judging import LIKELY, NEAR_METRES, Likeness, Told, judge, metres_between
from workflow_engine.likeness.words import compare_words, words_of

__all__ = ["LIKELY", "NEAR_METRES", "Likeness", "Told", "compare_words", "judge", "metres_between", "words_of"]
