"""A grade in the form that Gradescope reads: results.json."""

from typing import Any

from tinyconv.check.grading import Grade


def results(grade: Grade) -> dict[str, Any]:
    """Return the content of results.json, with one test per part, visible to the student.

    >>> results(Grade("solution.py", reason="solution.py is empty"))["output"]
    'solution.py is empty'
    """
    tests = [
        {
            "name": mark.report.part,
            "score": mark.score,
            "max_score": mark.points,
            "status": "passed" if mark.report.passed else "failed",
            "output": mark.report.text,
            "output_format": "text",
            "visibility": "visible",
        }
        for mark in grade.marks
    ]
    return {
        "score": grade.score,
        "output": grade.reason or grade.text.splitlines()[-1],
        "execution_time": round(grade.seconds),
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": tests,
    }
