"""Try the tutorials as a learner does: open each in JupyterLab, run all cells by its menu, click on its page.

python tutorials/lab.py                         no notebook shows an error, or the exit status is 1
python tutorials/lab.py --only 9 --dark         notebook 9 alone, in the dark theme
python tutorials/lab.py --only 9 --shots shots  and keeps what there is to see, screen by screen

JupyterLab and its browser get copies without outputs, in a directory that goes when they end. This needs
`pip install -e ".[test,tutorials]"`, chromium and chromedriver.
"""

import argparse
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
from run import SECONDS, cleared, notebooks
from selenium.common.exceptions import TimeoutException
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

SETTINGS = {  # that are not JupyterLab's own
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},  # asks the network
    "notebook-extension/tracker": {"windowingMode": "none"},  # else a cell out of sight may not be there
}
DARK = {"apputils-extension/themes": {"theme": "JupyterLab Dark"}}
DIRECTORIES = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
FLAGS = ("--headless=new", "--no-sandbox", "--disable-background-networking", "--window-size=1366,1400")
KERNEL = """
const state = (sessions) => sessions.find(({path}) => path === arguments[0])?.kernel?.execution_state;
return fetch('/api/sessions').then((answer) => answer.json()).then(state);
"""
PROMPTS = """
const prompts = document.querySelectorAll('.jp-Notebook .jp-CodeCell .jp-InputPrompt');
return [...prompts].map((each) => each.textContent);
"""
TRACEBACKS = """
const outputs = [...document.querySelectorAll('.jp-OutputArea-output')].map((each) => each.textContent);
return outputs.filter((text) => /Traceback \\(most recent call last\\)|Cell In\\[/.test(text));
"""
PAGE = 'iframe[title="tinyconv: explain"]'
CLICKS = ("#image", "[data-key=ArrowLeft]", "#map", "[data-key=l]", "#backward")  # each shows another number


class Failure(Exception):
    """What a learner would not want to see."""


@contextmanager
def jupyterlab(folder: Path, dark: bool = False) -> Iterator[str]:
    """Serve a folder to this machine alone; give the address of a notebook in it, with {} for its name."""
    port, token = free_port(), secrets.token_hex()
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}"]
    command += ["--ServerApp.port_retries=0", f"--ServerApp.root_dir={folder}"]
    with TemporaryDirectory() as own, Path(own, "log").open("w") as log:
        for name, setting in (SETTINGS | (DARK if dark else {})).items():
            path = Path(own, "lab/user-settings/@jupyterlab", f"{name}.jupyterlab-settings")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(setting))
        environment = os.environ | dict.fromkeys(DIRECTORIES, own) | {"JUPYTER_TOKEN": token}
        with subprocess.Popen(command, env=environment, stderr=log) as server:
            try:
                if not listens(server, port):
                    raise SystemExit(f"lab: JupyterLab does not start\n{Path(log.name).read_text()}")
                yield f"http://127.0.0.1:{port}/lab/tree/{{}}?reset&token={token}"
            finally:
                server.terminate()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(server: subprocess.Popen[bytes], port: int) -> bool:
    """Return whether a server listens, as soon as it does."""
    for _ in range(10 * SECONDS):
        with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
            return True
        if server.poll() is not None:
            break
        time.sleep(0.1)
    return False


@contextmanager
def chromium() -> Iterator[Chrome]:
    """Give a browser without a window."""
    driver = shutil.which("chromedriver")
    if not (driver and shutil.which("chromium")):
        raise SystemExit("lab: chromium and chromedriver must be installed")
    with TemporaryDirectory() as own:
        options = ChromeOptions()
        for flag in (*FLAGS, f"--user-data-dir={own}"):
            options.add_argument(flag)
        browser = Chrome(options, Service(driver))
        try:
            yield browser
        finally:
            browser.quit()


def until(browser: Chrome, what: str, holds: Callable[[Chrome], Any]) -> Any:
    """Return what a question is answered with as soon as that is true."""
    try:
        return WebDriverWait(browser, SECONDS).until(holds)
    except TimeoutException:
        raise Failure(f"after {SECONDS} s still waiting for {what}") from None


def find(browser: Chrome, selector: str, by: str = "css selector") -> WebElement:
    """Return the first element that is to be seen, as soon as there is one."""

    def shown(browser: Chrome) -> WebElement | None:
        return next((each for each in browser.find_elements(by, selector) if each.is_displayed()), None)

    return until(browser, selector, shown)


def choose(browser: Chrome, menu: str, command: str) -> None:
    """Choose a command from one of JupyterLab's menus."""
    find(browser, f"//li[normalize-space() = '{menu}']", "xpath").click()
    find(browser, f".lm-Menu-item[data-command='{command}']").click()


def run_all(browser: Chrome, name: str) -> None:
    """Run all cells of the notebook that is open, to the end or to the first error."""
    find(browser, ".jp-Notebook .jp-Cell")
    until(browser, "a kernel", lambda browser: browser.execute_script(KERNEL, name) == "idle")
    choose(browser, "Run", "runmenu:run-all")
    until(browser, "the first cell", lambda browser: browser.execute_script(PROMPTS)[0] != "[ ]:")
    until(browser, "the last cell", lambda browser: "[*]:" not in browser.execute_script(PROMPTS))


def saved(browser: Chrome, path: Path) -> list[Any]:
    """Save the notebook that is open, and return its code cells as they are in the file."""
    before = path.stat().st_mtime_ns
    choose(browser, "File", "docmanager:save")
    until(browser, "the saved file", lambda _: path.stat().st_mtime_ns > before)
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def verify(browser: Chrome, cells: list[Any]) -> None:
    """Object to an error, on the screen or in the file, and to a cell that has not been run."""
    for number, cell in enumerate(cells, start=1):
        for output in cell.outputs:
            if output.output_type == "error":
                raise Failure(f"code cell {number}: {output.ename}: {output.evalue}")
    for text in browser.execute_script(TRACEBACKS):
        raise Failure(f"on the screen is an error:\n{text}")
    numbers = list(range(1, len(cells) + 1))
    if [cell.execution_count for cell in cells] != numbers:
        raise Failure("in the file is a cell that has not been run")
    if browser.execute_script(PROMPTS) != [f"[{number}]:" for number in numbers]:
        raise Failure("on the screen is a cell that has not been run")


def click_through(browser: Chrome, page: WebElement) -> None:
    """Click around on an explain page, and see that each click makes it tell of another number."""
    browser.switch_to.frame(page)
    told = find(browser, "#sentence").text
    for selector in CLICKS:
        before, _ = told, find(browser, selector).click()
        told = find(browser, "#sentence").text
        if told == before:
            raise Failure(f"the page does not answer a click on {selector}, but still says: {told}")
    browser.switch_to.default_content()


def shoot(browser: Chrome, stem: str) -> None:
    """Keep what there is to see of a notebook, screen by screen."""
    panel = find(browser, ".jp-WindowedPanel-outer")
    screen, whole = (int(panel.get_property(height)) for height in ("clientHeight", "scrollHeight"))
    for number, top in enumerate(range(0, whole, screen), start=1):
        browser.execute_script("arguments[0].scrollTop = arguments[1]", panel, top)
        browser.save_screenshot(f"{stem}-{number:02}.png")


def attempt(browser: Chrome, address: str, path: Path, shots: Path | None = None) -> int:
    """Run a notebook and click through its pages; return how many there are, or raise what is wrong."""
    browser.get(address.format(path.name))
    run_all(browser, path.name)
    cells = saved(browser, path)
    verify(browser, cells)
    pages = browser.find_elements("css selector", PAGE)
    if len(pages) != sum("explain(" in cell.source for cell in cells):
        raise Failure(f"{len(pages)} explain pages are to be seen")
    for page in pages:
        click_through(browser, page)
    if shots:
        shoot(browser, str(shots / path.stem))
    choose(browser, "Kernel", "kernelmenu:shutdown")
    return len(pages)


def tried(browser: Chrome, address: str, path: Path, shots: Path | None) -> bool:
    """Try one notebook, say how long it took or what went wrong, and return whether all was well."""
    start = time.perf_counter()
    print(f"{path.name:44}", end=" ", flush=True)
    try:
        pages = attempt(browser, address, path, shots)
    except Failure as failure:
        print("failed", failure, sep="\n")
        if shots:
            browser.save_screenshot(shots / f"{path.stem}-failed.png")
        return False
    print(f"{time.perf_counter() - start:5.1f} s", "  its page answers" if pages else "")
    return True


def copied(paths: list[Path], folder: Path) -> list[Path]:
    """Copy notebooks without their outputs."""
    for path in paths:
        nbformat.write(cleared(nbformat.read(path, as_version=4)), folder / path.name)
    return [folder / path.name for path in paths]


def main() -> str | None:
    """Try what the command line asks for."""
    parser = argparse.ArgumentParser(description="Try the tutorials in a JupyterLab, as a learner does.")
    parser.add_argument("--only", type=int, nargs="+", metavar="N", help="the numbers of some notebooks")
    parser.add_argument("--dark", action="store_true", help="choose JupyterLab's dark theme")
    parser.add_argument("--shots", type=Path, metavar="DIR", help="keep pictures of every screen")
    arguments = parser.parse_args()
    if arguments.shots:
        arguments.shots.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        paths = copied(notebooks(arguments.only), Path(folder))
        with jupyterlab(Path(folder), arguments.dark) as address, chromium() as browser:
            failed = [path.name for path in paths if not tried(browser, address, path, arguments.shots)]
    return f"lab: failed: {', '.join(failed)}" if failed else None


if __name__ == "__main__":
    sys.exit(main())
