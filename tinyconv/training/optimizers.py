"""Optimisers: PyTorch's update rules, applied in place to a dict of parameters."""

import math
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from tinyconv.shapes import FLOATS, Array, DTypeError, ShapeError, integer, real, same_dtype, same_shape


class Optimizer:
    """What all optimisers share: a step over every parameter, and a state that can be stored.

    A subclass names its `settings` (its arguments) and its `buffers` (the arrays that it keeps for each
    parameter), and says in `_update` how one parameter changes.
    """

    settings: ClassVar[tuple[str, ...]]
    buffers: ClassVar[tuple[str, ...]]

    def __init__(self) -> None:
        self.steps = 0
        self._state: dict[str, dict[str, Array]] = {}  # parameter → buffer → array

    def step(self, parameters: Mapping[str, Array], gradients: Mapping[str, Array]) -> None:
        """Update every parameter in place; `gradients` has the same names, shapes and dtypes.

        Raises:
            ShapeError: the names or shapes of parameters, gradients and earlier steps differ.
            DTypeError: a dtype differs, or is neither float32 nor float64.
        """
        self._check(parameters, gradients)
        self.steps += 1
        for name, parameter in parameters.items():
            self._update(parameter, gradients[name], self._state.setdefault(name, {}))

    def state_dict(self) -> dict[str, Any]:
        """Return copies of the settings, the steps and every ``parameter/buffer``, flat under their names."""
        state = {name: getattr(self, name) for name in (*self.settings, "steps")}
        for parameter, buffers in self._state.items():
            state |= {f"{parameter}/{buffer}": array.copy() for buffer, array in buffers.items()}
        return state

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over what `state_dict` has returned; its values may have become arrays in a file.

        Raises:
            ShapeError: a name is missing, or belongs to another optimiser.
        """
        scalars = {key for key in state if "/" not in key}
        _same_names(self._name, "state", scalars, {*self.settings, "steps"})
        fresh = type(self)(**{name: np.asarray(state[name]).tolist() for name in self.settings})
        fresh.steps = integer(self._name, "state['steps']", np.asarray(state["steps"]).tolist(), minimum=0)
        for key in sorted(state.keys() - scalars):
            parameter, _, buffer = key.rpartition("/")
            fresh._state.setdefault(parameter, {})[buffer] = np.array(state[key])
        for parameter, buffers in fresh._state.items():
            _same_names(self._name, f"state of {parameter!r}", buffers, self.buffers)
        self.__dict__.update(fresh.__dict__)

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.settings)
        return f"{type(self).__name__}({settings})"

    @property
    def _name(self) -> str:
        return type(self).__name__

    def _check(self, parameters: Mapping[str, Array], gradients: Mapping[str, Array]) -> None:
        _same_names(self._name, "gradients", gradients, parameters)
        if self._state:
            _same_names(self._name, "parameters", parameters, self._state)
        for name, parameter in parameters.items():
            of_parameter, of_gradient = f"parameters[{name!r}]", f"gradients[{name!r}]"
            if parameter.dtype not in FLOATS:
                raise DTypeError(
                    f"{self._name}: {of_parameter} (dtype={parameter.dtype}) must be float32 or float64"
                )
            if not parameter.flags.writeable:
                raise ShapeError(f"{self._name}: {of_parameter} is read-only and must be writable")
            buffers = self._state.get(name, {})
            for argument, array in {of_gradient: gradients[name], **buffers}.items():
                if array.shape == parameter.shape and array.dtype == parameter.dtype:
                    continue  # no words for what is right: they would cost more than small steps do
                same_shape(self._name, argument, array, parameter.shape, f"the shape of {of_parameter}")
                same_dtype(self._name, **{of_parameter: parameter, argument: array})

    def _update(self, parameter: Array, gradient: Array, state: dict[str, Array]) -> None:
        """Change one parameter and its buffers in place."""
        raise NotImplementedError


class SGD(Optimizer):
    """Stochastic gradient descent with momentum, as `torch.optim.SGD` does it.

    Raises:
        ShapeError: a setting is out of range.
        DTypeError: a setting is not a number.

    >>> import numpy as np
    >>> parameters, gradients = {"weight": np.array([1.0, 2.0])}, {"weight": np.array([1.0, -1.0])}
    >>> SGD(lr=0.5).step(parameters, gradients)
    >>> parameters["weight"]
    array([0.5, 2.5])
    """

    settings = ("lr", "momentum", "weight_decay", "nesterov")
    buffers = ("momentum_buffer",)

    def __init__(
        self, lr: float, momentum: float = 0.0, weight_decay: float = 0.0, nesterov: bool = False
    ) -> None:
        super().__init__()
        self.lr = _number("SGD", "lr", lr)
        self.momentum = _number("SGD", "momentum", momentum)
        self.weight_decay = _number("SGD", "weight_decay", weight_decay)
        self.nesterov = bool(nesterov)
        if nesterov and not momentum:
            raise ShapeError(f"SGD: nesterov (=True) needs a momentum above 0, got momentum (={momentum})")

    def _update(self, parameter: Array, gradient: Array, state: dict[str, Array]) -> None:
        if self.weight_decay:
            gradient = gradient + self.weight_decay * parameter
        if self.momentum:
            if not state:
                state["momentum_buffer"] = np.zeros_like(parameter)
            velocity = state["momentum_buffer"]
            velocity *= self.momentum
            velocity += gradient
            gradient = gradient + self.momentum * velocity if self.nesterov else velocity
        parameter -= self.lr * gradient


class Adam(Optimizer):
    """Adam (Kingma & Ba, 2015) with its bias corrections, as `torch.optim.Adam` does it.

    Raises:
        ShapeError: a setting is out of range.
        DTypeError: a setting is not a number.

    >>> import numpy as np
    >>> parameters, gradients = {"weight": np.array([1.0, 2.0])}, {"weight": np.array([3.0, -0.1])}
    >>> Adam(lr=0.5).step(parameters, gradients)
    >>> parameters["weight"].round(6)
    array([0.5, 2.5])
    """

    settings = ("lr", "betas", "eps", "weight_decay")
    buffers = ("exp_avg", "exp_avg_sq")

    def __init__(
        self,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__()
        if not isinstance(betas, tuple | list) or len(betas) != 2:
            raise ShapeError(f"Adam: betas (={betas!r}) must be a pair of numbers")
        self.lr = _number("Adam", "lr", lr)
        self.betas = (
            _number("Adam", "betas[0]", betas[0], below=1),
            _number("Adam", "betas[1]", betas[1], below=1),
        )
        self.eps = _number("Adam", "eps", eps)
        self.weight_decay = _number("Adam", "weight_decay", weight_decay)

    def _update(self, parameter: Array, gradient: Array, state: dict[str, Array]) -> None:
        beta1, beta2 = self.betas
        if not state:
            state.update(exp_avg=np.zeros_like(parameter), exp_avg_sq=np.zeros_like(parameter))
        mean, square = state["exp_avg"], state["exp_avg_sq"]
        if self.weight_decay:
            gradient = gradient + self.weight_decay * parameter
        step = np.empty_like(parameter)  # the room that every line below writes into
        np.subtract(gradient, mean, out=step)
        step *= 1 - beta1
        mean += step
        np.multiply(gradient, gradient, out=step)
        step *= 1 - beta2
        square *= beta2
        square += step
        np.sqrt(square, out=step)
        step /= math.sqrt(1 - beta2**self.steps)
        step += self.eps
        np.divide(mean, step, out=step)
        step *= self.lr / (1 - beta1**self.steps)
        parameter -= step


def _number(function: str, argument: str, value: Any, below: float = math.inf) -> float:
    """Return `value` as a float in [0, below)."""
    number = real(function, argument, value)
    if not 0 <= number < below:  # NaN is refused too
        limit = "finite" if below == math.inf else f"below {below}"
        raise ShapeError(f"{function}: {argument} (={value}) must be at least 0 and {limit}")
    return number


def _same_names(function: str, argument: str, names: Any, expected: Any) -> None:
    missing, unknown = sorted(set(expected) - set(names)), sorted(set(names) - set(expected))
    if missing or unknown:
        raise ShapeError(f"{function}: {argument}: missing {missing}, unknown {unknown}")
