"""Small real data sets that ship inside the package; NOTICE names each one's authors and licence."""

from tinyconv.data.micrograph import nuclei
from tinyconv.data.mnist import mnist5k
from tinyconv.data.optdigits import digits
from tinyconv.data.scenes import digit_scenes
from tinyconv.data.split import Split

__all__ = ["Split", "digit_scenes", "digits", "mnist5k", "nuclei"]
