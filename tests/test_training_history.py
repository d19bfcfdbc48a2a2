import math

from tinyconv.training.evaluation import Evaluation
from tinyconv.training.history import History


def test_a_history_has_one_entry_per_epoch_in_every_list():
    history = History()
    history.append(Evaluation(2.0, 0.25), None, seconds=0.5)
    history.append(Evaluation(1.0, 0.75), Evaluation(1.5, 0.5), seconds=0.25)
    assert len(history) == 2
    assert history.train_loss == [2.0, 1.0]
    assert history.train_accuracy == [0.25, 0.75]
    assert math.isnan(history.validation_loss[0])
    assert history.validation_loss[1] == 1.5
    assert history.validation_accuracy[1] == 0.5
    assert history.seconds == [0.5, 0.25]
    assert history.columns()["train_loss"] == history.train_loss


def test_the_table_lines_up():
    history = History(interrupted=True)
    history.append(Evaluation(2.0, 0.25), None, seconds=0.5)
    history.append(Evaluation(12.3456, 1.0), Evaluation(0.5, 0.0), seconds=125.04)
    head, *rows, last = repr(history).splitlines()
    assert [len(row) for row in rows] == [len(head)] * 2
    assert rows[0].split() == ["1", "2.0000", "25.0", "%", "–", "–", "0.50"]
    assert rows[1].split() == ["2", "12.3456", "100.0", "%", "0.5000", "0.0", "%", "125.04"]
    assert last == "interrupted after 2 whole epochs"


def test_an_empty_history_is_a_table_without_rows():
    assert repr(History()).count("\n") == 0
