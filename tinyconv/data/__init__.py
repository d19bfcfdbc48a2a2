"""Small data sets, real or drawn, that ship inside the package; NOTICE names authors and licences."""

from tinyconv.data.coinage import coins
from tinyconv.data.half_hidden import half_hidden_digits
from tinyconv.data.micrograph import nuclei
from tinyconv.data.mnist import mnist5k
from tinyconv.data.optdigits import digits
from tinyconv.data.resize import enlarge
from tinyconv.data.scenes import digit_scenes
from tinyconv.data.split import MetadataSplit, Split

__all__ = [
    "MetadataSplit",
    "Split",
    "coins",
    "digit_scenes",
    "digits",
    "enlarge",
    "half_hidden_digits",
    "mnist5k",
    "nuclei",
]
