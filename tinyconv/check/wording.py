"""A report's sentences, the same in a shell and in a notebook."""

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tinyconv.check.report import Report

_KINDS = {
    "values": "wrong numbers",
    "shape": "wrong shape",
    "type": "wrong type",
    "dtype": "wrong dtype",
    "changed": "changes its input",
    "unfinished": "not written yet",
    "raised": "raises an error",
    "hung": "does not come to an end",
    "died": "ends the whole process",
    "garbled": "its answer cannot be read",
    "slow": "too slow",
    "signature": "takes other arguments",
    "missing": "not there",
}


class Wording(NamedTuple):
    """The headline, the paragraphs below it, and an error's lines."""

    headline: str
    paragraphs: tuple[str, ...]
    error: str


def words(report: "Report") -> Wording:
    """Say what a report holds."""
    if report.passed:
        cases = f"all {report.asked} cases" if report.asked > 1 else "its one case"
        return Wording(f"{report.part}: right on {cases}", report.remarks, "")
    names = " and ".join(mistake.title for mistake in report.diagnoses)
    what = names or _KINDS[report.kind]
    if report.kind == "unfinished":  # a stub: its traceback says nothing, and how many cases fail neither
        raised = report.said.splitlines()[-1]
        return Wording(f"{report.part}: {what}", (f"It raises {raised}.", *report.remarks), "")
    is_error = report.kind == "raised"
    paragraphs = [report.said] if report.said and not is_error else []
    for mistake in report.diagnoses:
        paragraphs += [mistake.cause, f"Hint: {mistake.hint}"]
    paragraphs += [f"{_capital(fact, report)}." for fact in report.facts]
    if report.asked:
        paragraphs.append(f"{report.failed} of {report.asked} cases fail.")
    return Wording(f"{report.part}: {what}", (*paragraphs, *report.remarks), report.said if is_error else "")


def _capital(fact: str, report: "Report") -> str:
    """Begin with a capital, unless with an output's name."""
    return fact if fact.partition(":")[0] in report.expected else fact[0].upper() + fact[1:]


def arguments(report: "Report") -> str:
    """Return the arguments that are no arrays, as they stand in a call."""
    plain = [f"{name}={value!r}" for name, value in report.case.items() if not hasattr(value, "shape")]
    layout = [f"memory layout: {report.layout}"] if report.layout != "C" else []
    return ", ".join(plain + layout)
