"""tinyconv.check: right is right, however it is written."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from strategies_check import examined

import tinyconv.functional as tf
from tinyconv import check
from tinyconv.check.parts import PARTS

sides = lambda p: (p, p) if isinstance(p, int) else p  # noqa: E731


@pytest.fixture(scope="module", autouse=True)
def compiled():
    """Compile the kernels in this process: a child would do it again and again, and against the clock."""
    for name in (name for name in PARTS if hasattr(tf, name)):
        forward = getattr(tf, PARTS[name].forward) if PARTS[name].forward else None
        assert examined(name, getattr(tf, name), forward, isolate=False)


def test_pytorch_works_in_a_child_although_it_has_threads_here():
    torch.nn.functional.conv2d(torch.ones(8, 16, 64, 64), torch.ones(16, 16, 3, 3))
    assert examined("conv2d_forward", conv_torch)


def padded(x, padding):
    PH, PW = sides(padding)
    return np.pad(x, ((0, 0), (0, 0), (PH, PH), (PW, PW)))


def windows(x, kernel, stride, dilation=1):
    """(N, C, OH, OW, KH, KW) as a view."""
    (KH, KW), (SH, SW), (DH, DW) = sides(kernel), sides(stride), sides(dilation)
    spread = DH * (KH - 1) + 1, DW * (KW - 1) + 1
    return np.lib.stride_tricks.sliding_window_view(x, spread, (2, 3))[:, :, ::SH, ::SW, ::DH, ::DW]


def conv_loops(x, weight, bias, stride, padding):
    x, (SH, SW) = padded(x, padding), sides(stride)
    (N, _, H, W), (FILTERS, _, KH, KW) = x.shape, weight.shape
    y = np.zeros((N, FILTERS, (H - KH) // SH + 1, (W - KW) // SW + 1))
    for n, f, oh, ow in np.ndindex(y.shape):
        y[n, f, oh, ow] = bias[f]
        for c, kh, kw in np.ndindex(weight.shape[1:]):
            y[n, f, oh, ow] += weight[f, c, kh, kw] * x[n, c, oh * SH + kh, ow * SW + kw]
    return y


def conv_slices_per_tap(x, weight, bias, stride, padding):
    x, (SH, SW) = padded(x, padding), sides(stride)
    KH, KW = weight.shape[2:]
    OH, OW = (x.shape[2] - KH) // SH + 1, (x.shape[3] - KW) // SW + 1
    y = 0
    for kh in range(KH):
        for kw in range(KW):
            part = x[:, :, kh : kh + SH * (OH - 1) + 1 : SH, kw : kw + SW * (OW - 1) + 1 : SW]
            y = y + np.tensordot(part, weight[:, :, kh, kw], (1, 1)).transpose(0, 3, 1, 2)
    return y + bias[:, None, None]


def conv_im2col_other_order(x, weight, bias, stride, padding):
    taps = windows(padded(x, padding), weight.shape[2:], stride)
    N, C, OH, OW, KH, KW = taps.shape
    rows = taps.transpose(0, 2, 3, 4, 5, 1).reshape(N, OH * OW, -1)  # channels run fastest
    y = rows @ weight.transpose(2, 3, 1, 0).reshape(KH * KW * C, -1) + bias
    return y.swapaxes(1, 2).reshape(N, -1, OH, OW)


def conv_einsum(x, weight, bias=None, stride=1, padding=0, dilation=1):
    taps = windows(padded(x, padding), weight.shape[2:], stride, dilation)
    y = np.einsum("nchwij,fcij->nfhw", taps, weight)
    return y if bias is None else y + bias[None, :, None, None]


def conv_as_strided(x, weight, bias, stride, padding):
    x, (SH, SW) = padded(x, padding), sides(stride)
    (N, C, H, W), (_, _, KH, KW) = x.shape, weight.shape
    OH, OW = (H - KH) // SH + 1, (W - KW) // SW + 1
    n, c, h, w = x.strides
    taps = np.lib.stride_tricks.as_strided(x, (N, C, KH, KW, OH, OW), (n, c, h, w, h * SH, w * SW))
    return np.tensordot(weight, taps, ((1, 2, 3), (1, 2, 3))).swapaxes(0, 1) + bias.reshape(1, -1, 1, 1)


def conv_torch(x, weight, bias, stride=1, padding=0, dilation=1, groups=1):
    x, weight, bias = (torch.tensor(np.ascontiguousarray(each)) for each in (x, weight, bias))
    return F.conv2d(x, weight, bias, stride, padding, dilation, groups).numpy()


def conv_float32(x, weight, bias, stride, padding):
    return conv_einsum(*(each.astype(np.float32) for each in (x, weight, bias)), stride, padding)


def conv_backwards_in_order(x, weight, bias, stride, padding):
    """Other accumulation order: channels and images from the last to the first."""
    turned = conv_einsum(x[::-1, ::-1], weight[:, ::-1], bias, stride, padding)
    return turned[::-1]


def conv_fourier(x, weight, bias, stride, padding):
    x, (SH, SW) = padded(x, padding), sides(stride)
    size, (KH, KW) = x.shape[2:], weight.shape[2:]
    spectrum = np.einsum("ncuv,fcuv->nfuv", np.fft.fft2(x), np.conj(np.fft.fft2(weight, size)))
    whole = np.fft.ifft2(spectrum).real[:, :, : size[0] - KH + 1, : size[1] - KW + 1]
    return whole[:, :, ::SH, ::SW] + bias[:, None, None]


def conv_int_only(x, weight, bias, stride: int, padding: int):
    assert isinstance(stride, int)
    assert isinstance(padding, int)
    return conv_einsum(x, weight, bias, stride, padding), None


def conv_forward(x, w, b, conv_param):
    return conv_einsum(x, w, b, conv_param["stride"], conv_param["pad"]), (x, w, b, conv_param)


def conv_kwargs(x, weight, bias, **options):
    return tf.conv2d_forward(x, weight, bias, **options)


CONVOLUTIONS = [
    conv_loops,
    conv_slices_per_tap,
    conv_im2col_other_order,
    conv_einsum,
    conv_as_strided,
    conv_torch,
    conv_float32,
    conv_backwards_in_order,
    conv_fourier,
    conv_int_only,
    conv_forward,
    conv_kwargs,
    tf.conv2d_forward,
]


@pytest.mark.parametrize("function", CONVOLUTIONS, ids=lambda each: each.__name__)
def test_a_right_convolution_passes(function):
    assert examined("conv2d_forward", function), examined("conv2d_forward", function).text


def conv_backward_torch(dy, x, weight, bias, stride, padding, dilation=1, groups=1):
    x, weight, bias = (
        torch.tensor(np.ascontiguousarray(each), requires_grad=True) for each in (x, weight, bias)
    )
    F.conv2d(x, weight, bias, stride, padding, dilation, groups).backward(
        torch.tensor(np.ascontiguousarray(dy))
    )
    return x.grad.numpy(), weight.grad.numpy(), bias.grad.numpy()


def conv_backward_by_scatter(dy, x, weight, stride, padding):
    (SH, SW), (PH, PW), (H, W) = sides(stride), sides(padding), x.shape[2:]
    xp, dweight = padded(x, padding), np.zeros(weight.shape)
    dxp = np.zeros(xp.shape)
    KH, KW = weight.shape[2:]
    for oh, ow in np.ndindex(*dy.shape[2:]):
        here = np.s_[:, :, oh * SH : oh * SH + KH, ow * SW : ow * SW + KW]
        dxp[here] += np.tensordot(dy[:, :, oh, ow], weight, 1)
        dweight += np.tensordot(dy[:, :, oh, ow], xp[here], (0, 0))
    return dxp[:, :, PH : PH + H, PW : PW + W], dweight, dy.sum((0, 2, 3))


def conv_backward(dout, cache):
    x, w, _, conv_param = cache
    return conv_backward_by_scatter(dout, x, w, conv_param["stride"], conv_param["pad"])


def conv2d_backward_of_named_cache(dy, cache):
    return conv_backward_by_scatter(dy, cache.x, cache.weight, cache.stride, cache.padding)


@pytest.mark.parametrize(
    ("function", "forward"),
    [
        (conv_backward_torch, None),
        (conv_backward_by_scatter, None),
        (conv_backward, None),
        (conv_backward, conv_forward),
        (conv2d_backward_of_named_cache, None),
        (tf.conv2d_backward, tf.conv2d_forward),
    ],
)
def test_a_right_way_back_of_a_convolution_passes(function, forward):
    report = examined("conv2d_backward", function, forward)
    assert report, report.text


def pool_reshaped_view(x, kernel_size, stride):
    return windows(x, kernel_size, stride).max((4, 5))


def pool_torch(x, kernel_size, stride, padding=0, dilation=1, ceil_mode=False):
    x = torch.tensor(np.ascontiguousarray(x))
    return F.max_pool2d(x, kernel_size, stride, padding, dilation, ceil_mode).numpy()


def pool_backward_argmax(dy, x, kernel_size, stride):
    (KH, KW), (SH, SW), dx = sides(kernel_size), sides(stride), np.zeros_like(x)
    for n, c, oh, ow in np.ndindex(dy.shape):
        patch = x[n, c, oh * SH : oh * SH + KH, ow * SW : ow * SW + KW]
        h, w = np.unravel_index(np.argmax(patch), patch.shape)
        dx[n, c, oh * SH + h, ow * SW + w] += dy[n, c, oh, ow]
    return dx


def max_pool_forward(x, pool_param):
    size = pool_param["pool_height"], pool_param["pool_width"]
    return pool_reshaped_view(x, size, pool_param["stride"]), (x, pool_param)


def max_pool_backward(dout, cache):
    x, pool_param = cache
    size = pool_param["pool_height"], pool_param["pool_width"]
    return pool_backward_argmax(dout, x, size, pool_param["stride"])


def affine_forward(x, w, b):
    return x @ w + b, (x, w, b)


def affine_backward(dout, cache):
    x, w, _ = cache
    return dout @ w.T, x.T @ dout, dout.sum(0)


def folded_by_torch(columns, input_size, kernel_size, stride, padding, dilation=1):
    columns = torch.tensor(np.ascontiguousarray(columns))
    return F.fold(columns, input_size, kernel_size, dilation, padding, stride).numpy()


def unfolded_by_torch(x, kernel_size, stride, padding, dilation=1):
    return F.unfold(torch.tensor(np.ascontiguousarray(x)), kernel_size, dilation, padding, stride).numpy()


def relu_backward(dout, cache):
    return dout * (cache > 0)


def carried(boxes, kernel_size, stride, padding):
    (KH, KW), (SH, SW), (PH, PW) = sides(kernel_size), sides(stride), sides(padding)
    centre = np.array([(KW - 1) / 2 - PW + 0.5, (KH - 1) / 2 - PH + 0.5] * 2)
    return (boxes - centre) / np.array([SW, SH] * 2) + 0.5


OTHERS = [
    (
        "output_size",
        lambda size, kernel_size, stride, padding: (size + 2 * padding - kernel_size) // stride + 1,
    ),
    ("output_size", lambda n, k, s, pad: np.int64((n + 2 * pad - k) // s + 1)),
    ("im2col", unfolded_by_torch),
    ("im2col", tf.im2col),
    ("col2im", folded_by_torch),
    ("col2im", tf.col2im),
    ("relu_forward", lambda x: (x + abs(x)) / 2),
    ("relu_forward", lambda x: (np.clip(x, 0, None), x)),
    ("relu_forward", tf.relu_forward),
    ("relu_backward", relu_backward),
    ("relu_backward", lambda dy, x: np.where(x > 0, dy, 0)),
    ("max_pool2d_forward", pool_reshaped_view),
    ("max_pool2d_forward", pool_torch),
    ("max_pool2d_forward", tf.max_pool2d_forward),
    ("max_pool2d_forward", max_pool_forward),
    ("max_pool2d_backward", pool_backward_argmax),
    ("max_pool2d_backward", max_pool_backward),
    ("avg_pool2d_forward", lambda x, kernel_size, stride: windows(x, kernel_size, stride).mean((4, 5))),
    ("avg_pool2d_forward", tf.avg_pool2d_forward),
    ("linear_forward", lambda x, weight, bias: np.einsum("nd,fd->nf", x, weight) + bias),
    ("linear_forward", affine_forward),
    ("linear_forward", tf.linear_forward),
    ("linear_backward", affine_backward),
    ("linear_backward", lambda dy, x, weight: (dy @ weight, dy.T @ x, dy.sum(0))),
    ("film_forward", lambda x, gamma, beta: gamma[:, :, None, None] * x + beta[:, :, None, None]),
    (
        "film_backward",
        lambda dy, x, gamma: (dy * gamma[..., None, None], (dy * x).sum((2, 3)), dy.sum((2, 3))),
    ),
    ("carry_boxes", carried),
]


@pytest.mark.parametrize(("name", "function"), OTHERS)
def test_a_right_function_passes(name, function):
    report = examined(name, function)
    assert report, report.text


PAIRS = [
    ("relu_backward", tf.relu_backward, tf.relu_forward),
    ("max_pool2d_backward", tf.max_pool2d_backward, tf.max_pool2d_forward),
    ("max_pool2d_backward", max_pool_backward, max_pool_forward),
    ("avg_pool2d_backward", tf.avg_pool2d_backward, tf.avg_pool2d_forward),
    ("linear_backward", tf.linear_backward, tf.linear_forward),
    ("linear_backward", affine_backward, affine_forward),
    ("film_backward", tf.film_backward, tf.film_forward),
]


@pytest.mark.parametrize(("name", "function", "forward"), PAIRS)
def test_a_pair_with_its_own_cache_passes(name, function, forward):
    report = getattr(check, name)(function, forward=forward)
    assert report, report.text
