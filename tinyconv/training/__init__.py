"""Learning: optimisers, the training loop, and weights and checkpoints on disk."""

from tinyconv.training.archive import DamagedFileError
from tinyconv.training.evaluation import Evaluation, evaluate
from tinyconv.training.fit import fit
from tinyconv.training.history import History
from tinyconv.training.optimizers import SGD, Adam
from tinyconv.training.weights import load_weights, save

__all__ = [
    "SGD",
    "Adam",
    "DamagedFileError",
    "Evaluation",
    "History",
    "evaluate",
    "fit",
    "load_weights",
    "save",
]
