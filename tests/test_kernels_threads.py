"""tinyconv.kernels.threads: the same bits for any number of threads, and no way to kill the process."""

import os
import subprocess
import sys
import threading

import numpy as np
import pytest

import tinyconv
from tinyconv.functional import (
    avg_pool2d_backward,
    avg_pool2d_forward,
    batch_norm_backward,
    batch_norm_forward,
    conv2d_backward,
    conv2d_forward,
    film_backward,
    film_forward,
    max_pool2d_forward,
    relu_forward,
    sigmoid_forward,
)
from tinyconv.kernels import jit, threads

RNG = np.random.default_rng(0)
X = RNG.standard_normal((3, 5, 17, 13)).astype(np.float32)
GAMMA = RNG.standard_normal((3, 5)).astype(np.float32)
WEIGHT = RNG.standard_normal((6, 5, 3, 3)).astype(np.float32)


def run_all():
    y, cache = conv2d_forward(X, WEIGHT, None, 1, 1)
    y, _ = relu_forward(y)
    dx, dweight, _ = conv2d_backward(y, cache)
    pooled, pool_cache = max_pool2d_forward(y, 3, 2, 1)
    modulated, film_cache = film_forward(X, GAMMA, -GAMMA)
    means, means_cache = avg_pool2d_forward(y, 3, 2, 1)
    normalized, norm_cache = batch_norm_forward(y, training=True)
    returned = (
        *film_backward(modulated, film_cache),
        avg_pool2d_backward(means, means_cache),
        batch_norm_backward(sigmoid_forward(normalized)[0], norm_cache)[0],
    )
    return [y, dx, dweight, pooled, pool_cache.indices, modulated, means, normalized, *returned]


def test_any_number_of_threads_gives_the_same_bits():
    with jit.force(parallel=False):
        expected = run_all()
    for n in range(1, threads.numba.config.NUMBA_NUM_THREADS + 1):
        tinyconv.set_num_threads(n)
        assert tinyconv.get_num_threads() == n
        with jit.force(parallel=True):
            for ours, alone in zip(run_all(), expected, strict=True):
                assert ours.tobytes() == alone.tobytes()


@pytest.mark.parametrize(
    ("n", "error"),
    [(0, ValueError), (-1, ValueError), (10**6, ValueError), (1.0, TypeError), (True, TypeError)],
)
def test_set_num_threads_names_its_rule(n, error):
    before = tinyconv.get_num_threads()
    with pytest.raises(error, match=r"set_num_threads: n \(="):
        tinyconv.set_num_threads(n)
    assert tinyconv.get_num_threads() == before


def test_only_one_caller_at_a_time_gets_all_cores():
    tinyconv.set_num_threads(threads.numba.config.NUMBA_NUM_THREADS)
    answers = []

    def ask():
        with threads.permit() as workers:
            answers.append(workers)

    with threads.permit() as first:
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()
    ask()
    everybody = tinyconv.get_num_threads()
    assert (first, answers) == (everybody, [1, everybody])


HAMMER = """
import threading, numpy as np
from tinyconv.functional import conv2d_backward, conv2d_forward, max_pool2d_forward
x = np.random.default_rng(0).standard_normal((4, 8, 32, 32)).astype(np.float32)
w = np.random.default_rng(1).standard_normal((8, 8, 3, 3)).astype(np.float32)
def run():
    y, cache = conv2d_forward(x, w, padding=1)
    return [y, *conv2d_backward(y, cache)[:2], max_pool2d_forward(y, 2)[0]]
expected, wrong = run(), []
def hammer():
    for _ in range(20):
        if any(a.tobytes() != b.tobytes() for a, b in zip(run(), expected)):
            wrong.append(1)
threads = [threading.Thread(target=hammer) for _ in range(4)]
[t.start() for t in threads]; [t.join() for t in threads]
print("wrong:", len(wrong))
"""

FORK = """
import os, numpy as np
from tinyconv.functional import conv2d_forward
x, w = np.ones((4, 8, 64, 64), np.float32), np.ones((8, 8, 3, 3), np.float32)
expected = conv2d_forward(x, w)[0]
child = os.fork()
if child == 0:
    same = conv2d_forward(x, w)[0].tobytes() == expected.tobytes()
    os._exit(0 if same else 7)
print("child:", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", code],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, **environment},
        check=False,
    )


@pytest.mark.parametrize("layer", ["workqueue", "omp"])
def test_python_threads_may_call_at_once(layer):
    done = python(HAMMER, NUMBA_THREADING_LAYER=layer)
    if "No threading layer could be loaded" in done.stderr:
        pytest.skip(f"{layer} is not on this machine")
    assert (done.returncode, done.stdout) == (0, "wrong: 0\n"), done.stderr


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")
@pytest.mark.parametrize("layer", ["workqueue", "omp"])
def test_a_forked_child_lives_and_computes_the_same(layer):
    done = python(FORK, NUMBA_THREADING_LAYER=layer)
    if "No threading layer could be loaded" in done.stderr:
        pytest.skip(f"{layer} is not on this machine")
    assert (done.returncode, done.stdout) == (0, "child: 0\n"), done.stderr


PEER = """
import numpy as np, torch
from tinyconv.functional import conv2d_forward
torch.set_num_threads(1)
before = torch.get_num_threads()  # from here on it believes OpenMP
conv2d_forward(np.ones((4, 8, 64, 64), np.float32), np.ones((8, 8, 3, 3), np.float32))
print("PyTorch:", before, torch.get_num_threads())
"""


def test_pytorch_keeps_the_number_of_threads_that_it_was_told():
    assert python(PEER).stdout == "PyTorch: 1 1\n"
