import os
import signal
import subprocess
import sys

import pytest

from tinyconv.training.atomic import replacing

KILLED_HALFWAY = """
import os, signal, sys
from tinyconv.training.atomic import replacing
with replacing(sys.argv[1]) as file:
    file.write(b"half of the new")
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_whole_block_replaces_the_file(tmp_path):
    path = tmp_path / "weights.npz"
    path.write_bytes(b"old")
    with replacing(path) as file:
        file.write(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["weights.npz"]


@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()])
def test_a_failed_block_leaves_the_old_file_and_nothing_else(tmp_path, error):
    path = tmp_path / "weights.npz"
    path.write_bytes(b"old")

    def write_half():
        with replacing(path) as file:
            file.write(b"half")
            raise error

    with pytest.raises(type(error)):
        write_half()
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["weights.npz"]


def test_a_failed_rename_leaves_nothing_behind(tmp_path):
    path = tmp_path / "directory"
    path.mkdir()

    def write():
        with replacing(path) as file:
            file.write(b"new")

    with pytest.raises(OSError, match="directory"):
        write()
    assert os.listdir(tmp_path) == ["directory"]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_a_killed_writer_leaves_the_old_file(tmp_path):
    path = tmp_path / "weights.npz"
    path.write_bytes(b"old")
    writer = subprocess.run([sys.executable, "-c", KILLED_HALFWAY, str(path)], check=False)
    assert writer.returncode == -signal.SIGKILL
    assert path.read_bytes() == b"old"
    with replacing(path) as file:  # what the dead writer left does not stand in the next one's way
        file.write(b"new")
    assert path.read_bytes() == b"new"


def test_a_symbolic_link_stays_a_link(tmp_path):
    target, link = tmp_path / "target.npz", tmp_path / "link.npz"
    target.write_bytes(b"old")
    link.symlink_to(target)
    with replacing(link) as file:
        file.write(b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
