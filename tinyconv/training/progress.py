"""One line per epoch, readable in a terminal and in a notebook."""

import warnings
from types import TracebackType
from typing import Any, Self

from tinyconv.training.evaluation import Evaluation


def progress_bar(**settings: Any) -> Any:
    """Return tqdm's bar: a widget in a notebook that has ipywidgets, else a line of text.

    >>> with progress_bar(total=3, disable=True) as bar:
    ...     bar.update()
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "IProgress not found")  # the line of text says all
        from tqdm.auto import tqdm  # imported here, so that `import tinyconv` does without
    return tqdm(**settings)


class EpochBar:
    """A progress bar over an epoch's batches, with loss and accuracy so far.

    >>> with EpochBar(epoch=1, epochs=3, batches=10, shown=False) as bar:
    ...     bar.update(Evaluation(0.5, 0.875))
    """

    def __init__(self, epoch: int, epochs: int, batches: int, shown: bool) -> None:
        self._bar = progress_bar(
            total=batches,
            desc=f"epoch {epoch:{len(str(epochs))}}/{epochs}",
            bar_format="{desc} |{bar}| {elapsed}{postfix}",
            disable=not shown,
        )

    def update(self, train: Evaluation) -> None:
        """Count one more batch."""
        self._bar.set_postfix_str(_describe(train), refresh=False)
        self._bar.update()

    def finish(self, train: Evaluation, validation: Evaluation | None) -> None:
        """Leave the line that stays: it fits into 80 columns."""
        words = _describe(train)
        if validation is not None:
            words += f", validation {validation.loss:.3f}, {_percent(validation)}"
        self._bar.set_postfix_str(words)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the bar."""
        self._bar.close()


def _describe(train: Evaluation) -> str:
    return f"loss {train.loss:.3f}, accuracy {_percent(train)}"


def _percent(evaluation: Evaluation) -> str:
    return f"{100 * evaluation.accuracy:.1f} %"
