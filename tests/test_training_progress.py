import sys
import warnings
from types import ModuleType, SimpleNamespace

from tinyconv.training.evaluation import Evaluation
from tinyconv.training.progress import EpochBar, progress_bar


def last_line(text):
    return text.replace("\n", "\r").rstrip("\r").split("\r")[-1]


def test_an_epoch_leaves_one_line_with_loss_and_accuracy(capsys):
    with EpochBar(epoch=2, epochs=10, batches=3, shown=True) as bar:
        for _ in range(3):
            bar.update(Evaluation(0.5, 0.875))
        bar.finish(Evaluation(0.25, 0.9375), Evaluation(0.75, 0.5))
    shown = capsys.readouterr().err
    assert shown.count("\n") == 1
    line = last_line(shown)
    assert line.startswith("epoch  2/10")
    assert line.endswith("loss 0.250, accuracy 93.8 %, validation 0.750, 50.0 %")


def test_without_validation_the_line_names_none(capsys):
    with EpochBar(epoch=1, epochs=1, batches=1, shown=True) as bar:
        bar.update(Evaluation(0.5, 0.875))
        bar.finish(Evaluation(0.5, 0.875), None)
    assert last_line(capsys.readouterr().err).endswith("loss 0.500, accuracy 87.5 %")


def test_a_silent_bar_prints_nothing(capsys):
    with EpochBar(epoch=1, epochs=1, batches=1, shown=False) as bar:
        bar.update(Evaluation(0.5, 0.875))
        bar.finish(Evaluation(0.5, 0.875), Evaluation(0.5, 0.875))
    assert capsys.readouterr() == ("", "")


def test_a_notebook_without_widgets_gets_a_line_of_text_and_no_warning(monkeypatch, capsys):
    for name in ("tqdm.auto", "tqdm.autonotebook", "tqdm.notebook"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, "ipykernel.zmqshell", ModuleType("zmqshell"))
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: None))
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        with progress_bar(total=1) as bar:
            bar.update()
    assert told == []
    assert "1/1" in last_line(capsys.readouterr().err)
