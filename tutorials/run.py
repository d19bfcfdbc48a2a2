"""Run the tutorials in order, each in a fresh kernel; with --write, keep what they show.

python tutorials/run.py                   every notebook runs from clean to end, or the exit status is 1
python tutorials/run.py --jobs 2          two at a time
python tutorials/run.py --only 3 --write  runs notebook 3 and writes its outputs back
"""

import argparse
import base64
import io
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from PIL import Image

HERE = Path(__file__).parent
SECONDS = 60  # that one notebook may take
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
COLOURS = re.compile(r"\x1b\[[0-9;]*m")  # of a traceback
PICTURE = re.compile(r'<img src="data:image/png;base64,([^"]+)" alt="([^"]*)" style="width: (\d+)px[^>]*>')


def notebooks(numbers: list[int] | None = None) -> list[Path]:
    """Return the notebooks in order; with `numbers`, those alone."""
    paths = {int(path.name[:2]): path for path in sorted(HERE.glob("[0-9][0-9]_*.ipynb"))}
    missing = sorted(set(numbers or ()) - set(paths))
    if missing:
        raise SystemExit(f"run: --only (={missing[0]}) must be one of {', '.join(map(str, paths))}")
    return [path for number, path in paths.items() if not numbers or number in numbers]


def cleared(notebook: Any) -> Any:
    """Return a notebook without the outputs of an earlier run."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def executed(notebook: Any) -> Any:
    """Return a notebook with the outputs of a run in a fresh kernel."""
    client = NotebookClient(
        cleared(notebook),
        timeout=SECONDS,
        record_timing=False,
        resources={"metadata": {"path": str(HERE)}},
        extra_arguments=["--log-level=ERROR"],
    )
    return client.execute()


def tidy(notebook: Any) -> Any:
    """Keep of a run what a reader needs: what it shows, but no progress bars, and nothing of this machine."""
    notebook.metadata = nbformat.from_dict(METADATA)
    for number, cell in enumerate(notebook.cells, start=1):
        cell.id = f"cell-{number:02}"
        if cell.cell_type == "code":
            cell.outputs = [kept(output) for output in cell.outputs if output.get("name") != "stderr"]
    return notebook


def kept(output: Any) -> Any:
    """Return an output with its picture as an image: a code host's viewer shows no picture inside HTML."""
    found = PICTURE.fullmatch(output.get("data", {}).get("text/html", "").strip())
    if found:
        png, alt, width = found.groups()
        output.data = nbformat.from_dict({"image/png": small(png), "text/plain": output.data["text/plain"]})
        output.metadata = nbformat.from_dict({"image/png": {"alt": alt, "width": int(width)}})
    return output


def small(png: str) -> str:
    """Return a picture, in base64, with 256 colours, each close to its own: half as large."""
    picture = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")
    few = io.BytesIO()
    picture.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(few, "PNG")
    return base64.b64encode(few.getvalue()).decode()


def run(path: Path, write: bool) -> bool:
    """Run one notebook, say how long it took or what went wrong, and return whether it came to its end."""
    start, notebook = time.perf_counter(), nbformat.read(path, as_version=4)
    try:
        executed(notebook)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        print(f"{path.name:44} failed\n{COLOURS.sub('', str(error))}", flush=True)
        return False
    seconds = time.perf_counter() - start
    if write:
        nbformat.write(tidy(notebook), path)
    print(f"{path.name:44} {seconds:5.1f} s  {path.stat().st_size / 1024:4.0f} KB", flush=True)
    return seconds <= SECONDS


def main() -> str | None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description="Run the tutorials in order, each in a fresh kernel.")
    parser.add_argument("--only", type=int, nargs="+", metavar="N", help="the numbers of some notebooks")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="how many run at a time")
    parser.add_argument("--write", action="store_true", help="write the outputs back into the notebooks")
    arguments = parser.parse_args()
    paths = notebooks(arguments.only)
    with ThreadPoolExecutor(arguments.jobs) as pool:
        ended = list(pool.map(lambda path: run(path, arguments.write), paths))
    failed = [path.name for path, end in zip(paths, ended, strict=True) if not end]
    return f"run: failed: {', '.join(failed)}" if failed else None


if __name__ == "__main__":
    sys.exit(main())
