"""`python -m tinyconv warmup`: compile everything now, with progress."""

import time
from argparse import ArgumentParser, Namespace
from typing import Any

import numpy as np

from tinyconv.kernels import cache, warmup_steps

SUMMARY = "compile every kernel now, so that no later call has to wait"


def describe(parser: ArgumentParser) -> None:
    """Declare the command's arguments: it has none."""


def run(arguments: Namespace) -> int:
    """Compile both dtypes and say how long it took."""
    start = time.perf_counter()
    compile_all((np.float32, np.float64))
    kept = f"kept in {cache.DIRECTORY}" if cache.DIRECTORY else "not kept: no writable cache directory"
    print(f"all kernels are compiled ({time.perf_counter() - start:.1f} s); {kept}")
    return 0


def compile_all(dtypes: tuple[Any, ...]) -> None:
    """Compile every kernel behind a progress bar."""
    from tqdm import tqdm

    steps = warmup_steps(dtypes)
    layout = "{desc} {bar:20} {n_fmt}/{total_fmt}{postfix}"
    with tqdm(total=len(steps), desc="compiling kernels", bar_format=layout) as bar:
        for step in steps:
            bar.set_postfix_str(step.name)
            step.run()
            bar.update()
        bar.set_postfix_str("ready")
