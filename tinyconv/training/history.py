"""What a training run has seen, epoch by epoch."""

import math
from dataclasses import dataclass, field

from tinyconv.training.evaluation import Evaluation

HEAD = "epoch  train loss  accuracy  validation loss  accuracy  seconds"


@dataclass(repr=False)
class History:
    """One entry per whole epoch in every list; NaN where there was no validation.

    >>> history = History()
    >>> history.append(Evaluation(0.5, 0.875), Evaluation(0.25, 0.9375), seconds=1.5)
    >>> history
    epoch  train loss  accuracy  validation loss  accuracy  seconds
        1      0.5000    87.5 %           0.2500    93.8 %     1.50
    """

    train_loss: list[float] = field(default_factory=list)  # nats per image
    train_accuracy: list[float] = field(default_factory=list)  # 0 to 1
    validation_loss: list[float] = field(default_factory=list)
    validation_accuracy: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    interrupted: bool = False  # Ctrl-C ended the run behind the last epoch here

    def append(self, train: Evaluation, validation: Evaluation | None, seconds: float) -> None:
        """Add an epoch."""
        validation = validation or Evaluation(math.nan, math.nan)
        for column, value in zip(self.columns().values(), (*train, *validation, seconds), strict=True):
            column.append(value)

    def columns(self) -> dict[str, list[float]]:
        """Return the lists under their names."""
        return {name: value for name, value in vars(self).items() if isinstance(value, list)}

    def __len__(self) -> int:
        return len(self.seconds)

    def __repr__(self) -> str:
        lines = [HEAD]
        for epoch, row in enumerate(zip(*self.columns().values(), strict=True), start=1):
            train_loss, train_accuracy, loss, accuracy, seconds = row
            train = f"{train_loss:10.4f}  {_percent(train_accuracy)}"
            validation = (
                f"{'–':>15}  {'–':>8}" if math.isnan(accuracy) else f"{loss:15.4f}  {_percent(accuracy)}"
            )
            lines.append(f"{epoch:5}  {train}  {validation}  {seconds:7.2f}")
        if self.interrupted:
            lines.append(f"interrupted after {len(self)} whole epochs")
        return "\n".join(lines)


def _percent(share: float) -> str:
    return f"{100 * share:6.1f} %"
