"""The operations that are marked: their arguments, the right answer, how a case is drawn, how a course calls."""
