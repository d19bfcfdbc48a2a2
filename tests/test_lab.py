"""tutorials/lab.py sees in a real JupyterLab what a learner would not want to see."""

import pytest
from strategies_page import needs_chromium

pytest.importorskip("jupyterlab", reason="the extra [tutorials] is not installed")
lab = pytest.importorskip("lab", reason="the extra [tutorials] is not installed")
v4 = lab.nbformat.v4
pytestmark = needs_chromium

KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
EXPLAIN = """
import numpy as np
from tinyconv import Conv2d, ReLU, Sequential, explain
explain(Sequential(conv=Conv2d(1, 2, 3, rng=0), relu=ReLU()), np.eye(6, dtype=np.float32)[None])
"""
STILL = """
from IPython.display import HTML
explain = HTML
explain("<iframe title='tinyconv: explain' srcdoc='<p id=sentence>Row 1.</p><p id=image>A map</p>'>")
"""
WRONG = {
    "an error": (("1", "1 / 0", "2"), "code cell 2: ZeroDivisionError: division by zero"),
    "an error that is not kept": (("print('Cell In[1], line 1')",), "on the screen is an error:\nCell In"),
    "no page": (("explain = print\nexplain('page')",), "0 explain pages are to be seen"),
    "a page that stands still": ((STILL,), "does not answer a click on #image, but still says: Row 1."),
}


def write(path, *sources):
    cells = [
        v4.new_code_cell(source, execution_count=5, outputs=[v4.new_output("stream", text="old")])
        for source in sources
    ]
    lab.nbformat.write(v4.new_notebook(cells=cells, metadata=KERNEL), path)
    return path


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """A folder, the address of a dark JupyterLab that shows it, and a browser."""
    folder = tmp_path_factory.mktemp("notebooks")
    with lab.jupyterlab(folder, dark=True) as address, lab.chromium() as browser:
        yield folder, address, browser


def test_a_page_answers_and_is_as_dark_as_what_is_around_it(opened, tmp_path):
    folder, address, browser = opened
    path = write(folder / "page.ipynb", EXPLAIN, "1 + 1")
    assert lab.attempt(browser, address, path, shots=tmp_path) == 1
    assert (tmp_path / "page-01.png").exists()
    browser.switch_to.frame(lab.find(browser, lab.PAGE))
    paper = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    browser.switch_to.default_content()
    assert paper == "rgb(19, 20, 24)"


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_said(what, opened):
    folder, address, browser = opened
    sources, said = WRONG[what]
    with pytest.raises(lab.Failure) as failure:
        lab.attempt(browser, address, write(folder / f"{what}.ipynb", *sources))
    assert said in str(failure.value)


def test_a_copy_has_no_outputs_and_its_original_stays_as_it_is(tmp_path):
    path = write(tmp_path / "original.ipynb", "1", "2")
    before = path.read_bytes()
    (tmp_path / "copies").mkdir()
    [copy] = lab.copied([path], tmp_path / "copies")
    cells = lab.nbformat.read(copy, as_version=4).cells
    assert [(cell.source, cell.outputs, cell.execution_count) for cell in cells] == [
        ("1", [], None),
        ("2", [], None),
    ]
    assert path.read_bytes() == before
