"""tinyconv.shapes: the rules that every argument must keep."""

import numpy as np
import pytest

from tinyconv.shapes import (
    DTypeError,
    ShapeError,
    float_dtype,
    floats,
    integer,
    pair,
    positive,
    real,
    same_dtype,
    same_shape,
    share,
    upstream,
)


def test_errors_are_what_python_users_catch():
    assert issubclass(ShapeError, ValueError)
    assert issubclass(DTypeError, TypeError)


@pytest.mark.parametrize("value", [3, np.int64(3), np.uint8(3)])
def test_any_integer_is_an_integer(value):
    result = integer("f", "n", value, minimum=1)
    assert result == 3
    assert type(result) is int


@pytest.mark.parametrize("value", [True, 3.0, "3", None, np.float32(3), [3]])
def test_what_only_looks_like_an_integer_is_refused(value):
    with pytest.raises(DTypeError, match=r"f: n \(=.*\) must be an int"):
        integer("f", "n", value, minimum=1)


@pytest.mark.parametrize("value", [1, 0.5, np.float32(0.5), np.int8(1)])
def test_any_real_number_is_a_float(value):
    for check in (real, positive, share):
        assert type(check("f", "p", value)) is float
        assert check("f", "p", value) == value


@pytest.mark.parametrize("value", [True, "1", None, 1j, [1.0]])
def test_what_is_no_real_number_is_refused(value):
    for check in (real, positive, share):
        with pytest.raises(DTypeError, match=r"f: p \(=.*\) must be a number"):
            check("f", "p", value)


@pytest.mark.parametrize("value", [-0.1, float("nan"), float("inf")])
def test_positive_and_share_keep_their_limits(value):
    with pytest.raises(ShapeError, match=r"f: p \(=.*\) must be positive and finite"):
        positive("f", "p", value)
    with pytest.raises(ShapeError, match=r"f: p \(=.*\) must be from 0 to 1"):
        share("f", "p", value)
    assert share("f", "p", 0) == 0
    with pytest.raises(ShapeError, match=r"must be positive"):
        positive("f", "p", 0)


@pytest.mark.parametrize("value", [2, (2, 2), [2, 2], np.array([2, 2])])
def test_a_pair_may_be_written_in_many_ways(value):
    assert pair("f", "stride", value, minimum=1) == (2, 2)


def test_a_pair_of_three_and_a_pair_with_a_bad_member_are_refused():
    with pytest.raises(ShapeError, match=r"f: stride \(=\(1, 2, 3\)\) must be an int or a pair of ints"):
        pair("f", "stride", (1, 2, 3), minimum=1)
    with pytest.raises(ShapeError, match=r"f: stride \(=0\) must be at least 1"):
        pair("f", "stride", (2, 0), minimum=1)


def test_floats_takes_what_numpy_takes_and_copies_nothing():
    x = np.zeros((1, 2), np.float32)
    assert floats("f", "x", x, "NC") is x
    assert floats("f", "x", [[1.0, 2.0]], "NC").dtype == np.float64
    for wrong in (np.zeros((1, 2), np.float16), np.zeros((1, 2), bool), np.array([["a"]]), [[1, 2]]):
        with pytest.raises(DTypeError, match=r"f: x \(dtype=.*\) must be float32 or float64"):
            floats("f", "x", wrong, "NC")


def test_dtypes_and_shapes_that_differ_are_named():
    with pytest.raises(DTypeError, match="f: all arrays must have one dtype, but x is float64, y is float32"):
        same_dtype("f", x=np.zeros(1), y=np.zeros(1, np.float32), z=None)
    with pytest.raises(ShapeError, match=r"f: bias \(shape=\(2,\)\) must be \(3,\), one number per filter"):
        same_shape("f", "bias", np.zeros(2), (3,), "one number per filter")
    with pytest.raises(DTypeError, match=r"f: dtype \(=int64\)"):
        float_dtype("f", int)


def test_an_upstream_gradient_has_the_shape_and_the_dtype_of_y():
    y = np.zeros((2, 3))
    dy = np.ones((2, 3))
    assert upstream("f", dy, y.shape, "NF", y=y) is dy
    with pytest.raises(ShapeError, match=r"f: dy \(shape=\(2, 2\)\) must be \(2, 3\), the shape of y"):
        upstream("f", dy[:, 1:], y.shape, "NF", y=y)
    with pytest.raises(ShapeError, match=r"f: dy .* must have 4 axes"):
        upstream("f", dy, y.shape, "NCHW", y=y)
    with pytest.raises(DTypeError, match="dy is float64, y is float32"):
        upstream("f", dy, y.shape, y=np.dtype(np.float32))
