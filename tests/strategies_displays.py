"""One small example of every picture that `tinyconv.plot` draws."""

import numpy as np

from tinyconv import Conv2d, Flatten, History, Linear, MaxPool2d, ReLU, Sequential, inspection, plot

RNG = np.random.default_rng(0)
X = RNG.random((3, 3, 10, 12), np.float32)
METADATA = {"boxes": [[2, 2, 6, 7], [8, 0, 11, 3]], "labels": ["cat", "<script>"]}
NETWORK = Sequential(
    conv1=Conv2d(3, 4, 3, padding=1, rng=0),
    relu1=ReLU(),
    pool1=MaxPool2d(2),
    conv2=Conv2d(4, 6, 3, rng=1),
    relu2=ReLU(),
    flatten=Flatten(),
    fc=Linear(6 * 3 * 4, 2, rng=2),
)
NETWORK["conv1"].weight[2], NETWORK["conv1"].bias[2] = -1, 0  # dead
RUN = History([0.9, 0.4], [0.6, 0.8], [0.8, 0.5], [0.7, 0.75], [1.0, 1.0])
NEEDED = inspection.FiltersNeeded(
    filters=np.array([4, 8, 16]),
    parameters=np.array([100, 300, 1000]),
    multiply_adds=np.array([1000, 4000, 16000]),
    train_accuracy=np.array([[0.7, 0.75], [0.9, 0.85], [1.0, 0.98]]),
    test_accuracy=np.array([[0.65, 0.7], [0.8, 0.85], [0.9, 0.88]]),
)


def attributions(*names):
    """The attributions of one activation."""
    return [getattr(inspection, name)(NETWORK, X[:1], "relu2", 1) for name in names]


def one(metadata=METADATA):
    return NETWORK["conv1"](X[:1], metadata)


AREAS = {  # pictures of several axes
    "arithmetic": lambda: plot.arithmetic(Conv2d(1, 1, 3, stride=2, padding=1), 5, 5),
    "attribution": lambda: plot.attribution(*attributions("deconvnet", "saliency", "guided_backprop")),
    "columns": lambda: plot.columns(inspection.columns(NETWORK["conv1"], X[:1, :, :5, :6])),
    "feature maps": lambda: plot.feature_maps(*one()),
    "filters": lambda: plot.filters(NETWORK["conv1"]),
    "filters by channel": lambda: plot.filters(NETWORK["conv2"]),
    "health": lambda: plot.health(inspection.health(NETWORK, X, progress=False)),
    "history": lambda: plot.history(RUN),
    "layers": lambda: plot.through_the_layers(NETWORK, X[:1], METADATA),
    "partial products": lambda: plot.partial_products(
        inspection.partial_products(NETWORK["conv1"], X[:1], filter=1)
    ),
    "patch": lambda: plot.patch(inspection.patch(NETWORK["conv1"], X[:1], 1, 0, 0)),
    "switches": lambda: plot.switches(MaxPool2d(2), X[0, 0, :8, :8]),
    "top patches": lambda: plot.top_patches(
        inspection.top_patches(NETWORK, X, "relu2", 1, metadata=[METADATA] * 3, progress=False)
    ),
}
SINGLES = {  # pictures of one axes
    "channel": lambda: plot.visualize(X[:1], METADATA, channel=1),
    "filters needed": lambda: plot.filters_needed(NEEDED),
    "picture": lambda: plot.visualize(X[:1], METADATA),
    "receptive field": lambda: plot.receptive_field(
        inspection.receptive_field(NETWORK, "conv2", 0, 0, X[:1], METADATA)
    ),
    "values": lambda: plot.visualize(*NETWORK(X[:1], METADATA)),
}
DISPLAYS = AREAS | SINGLES
