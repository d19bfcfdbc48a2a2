"""The layers that everything here is measured on, and the three cases of each."""

from typing import NamedTuple

import numpy as np

CASES = CONV, BLOCK, BOTH_WAYS = "conv2d forward", "block forward", "block forward + backward"


class Layer(NamedTuple):
    """A convolution of N images of C channels and H×H pixels with F filters of K×K taps.

    The block has ReLU and max-pool 2×2 behind it.
    """

    N: int
    C: int
    F: int
    H: int
    K: int = 3
    stride: int = 1
    padding: int = 1

    @property
    def size(self) -> int:
        """Rows of the convolution's output."""
        return (self.H + 2 * self.padding - self.K) // self.stride + 1

    @property
    def multiply_adds(self) -> int:
        """Of one forward convolution."""
        return self.N * self.F * self.size**2 * self.C * self.K**2

    def gflop(self, case: str) -> float:
        """Return billions of operations, two for each multiply-add; the way back has two convolutions."""
        return 2 * self.multiply_adds * (3 if case == BOTH_WAYS else 1) / 1e9

    def arrays(self) -> list[np.ndarray]:
        """Return random x, weight, bias and the block's upstream gradient, float32."""
        rng = np.random.default_rng(0)
        shapes = [
            (self.N, self.C, self.H, self.H),
            (self.F, self.C, self.K, self.K),
            (self.F,),
            (self.N, self.F, self.size // 2, self.size // 2),
        ]
        return [rng.standard_normal(shape, np.float32) for shape in shapes]

    def __str__(self) -> str:
        stride = f" / {self.stride}" if self.stride > 1 else ""
        return f"{self.N}×{self.C}→{self.F}, {self.H}², {self.K}×{self.K}{stride}"


LAYERS = [
    Layer(8, 3, 32, 224),
    Layer(8, 32, 64, 112),
    Layer(4, 128, 256, 56),
    Layer(4, 256, 512, 28),
    Layer(8, 256, 64, 56, 1, 1, 0),
    Layer(8, 3, 64, 227, 11, 4, 2),
    Layer(8, 3, 64, 224, 7, 2, 3),
    Layer(64, 1, 32, 28),
    Layer(64, 32, 64, 14),
    Layer(64, 64, 64, 32),
    Layer(8, 256, 512, 14),
]
