"""The three figures: ratios against the peers, the roofline of the ladder, and what growth costs.

Colours are Okabe & Ito's, which the colour-blind tell apart; a marker of its own says the same once more.
"""

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import aims
import numpy as np
from layers import CASES, LAYERS
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, NullLocator
from measure import geometric_mean
from peers import COMPILED, NUMPY, ONNX, TINYCONV, TORCH
from report import Report

VERMILION, ORANGE, BLUE, GREEN = "#D55E00", "#E69F00", "#0072B2", "#009E73"
PEERS = {TORCH: (VERMILION, "o"), COMPILED: (ORANGE, "s"), ONNX: (BLUE, "^"), NUMPY: (GREEN, "D")}
SIZES = {"N": (VERMILION, "o"), "C": (ORANGE, "s"), "F": (BLUE, "^"), "H·W": (GREEN, "D")}
INK, FAINT, GRID = "#222222", "#6E6E6E", "#E4E4E4"
DPI = 150
MEAN = "geometric mean"


def draw_ratios(report: Report, path: Path) -> None:
    """Draw each peer's time by tinyconv's: a panel for each case, a line for each layer, and their mean."""
    measured = {row["layer"] for row in report.rows}
    lines = [str(layer) for layer in LAYERS if str(layer) in measured] + [MEAN]
    figure, panels = new_figure(len(CASES), 2.1 + 0.34 * len(lines), sharey=True)
    for panel, case in zip(panels, CASES, strict=True):
        draw_case(panel, [row for row in report.rows if row["case"] == case], lines)
        panel.set_title(case, fontsize=10, color=INK)
    panels[0].set_yticks(range(len(lines)), lines)
    panels[0].set_ylim(len(lines) - 0.5, -0.5)
    panels[1].set_xlabel(
        "the peer's time by tinyconv's: to the right of the line, tinyconv is faster", color=INK
    )
    present = [peer for peer in PEERS if any(peer in row["ms"] for row in report.rows)]
    handles = [Line2D([], [], color=PEERS[peer][0], marker=PEERS[peer][1], linestyle="") for peer in present]
    figure.legend(handles, present, loc="outside upper center", ncols=len(present), frameon=False)
    save(figure, path, report.header)


def draw_case(panel: Axes, rows: list[dict[str, Any]], lines: list[str]) -> None:
    """Draw the ratios of one case."""
    panel.axvline(1, color=INK, linewidth=1.2, zorder=1.5)
    panel.axhspan(len(lines) - 1.5, len(lines) - 0.5, color=GRID, zorder=0)
    present = [peer for peer in PEERS if any(peer in row["ms"] for row in rows)]
    for place, peer in enumerate(present):
        colour, marker = PEERS[peer]
        ratios = {row["layer"]: row["ms"][peer] / row["ms"][TINYCONV] for row in rows if peer in row["ms"]}
        ratios[MEAN] = geometric_mean(ratios.values())
        apart = 0.2 * (place - (len(present) - 1) / 2)
        panel.plot(
            ratios.values(),
            [lines.index(name) + apart for name in ratios],
            marker,
            color=colour,
            markersize=6,
        )
    panel.set_xscale("log")
    low, high = panel.get_xlim()
    panel.set_xlim(min(low, 0.45), max(high, 2.2))
    label(panel.xaxis, [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100], "{:g}×")


def draw_roofline(found: dict[str, Any], header: dict[str, str], path: Path) -> None:
    """Draw what the machine allows, and where each rung stands below."""
    peak, bandwidth, rungs = found["peak"], found["bandwidth"], found["rungs"]
    figure, [panel] = new_figure(1, 5.4, width=8.4)
    panel.set_xscale("log", base=2)
    panel.set_yscale("log")
    panel.set_xlim(1, 512)
    panel.set_ylim(10 ** np.floor(np.log10(min(rung["gflops"] for rung in rungs))), 4 * peak)
    intensity = np.array([1, peak / bandwidth, 512])
    panel.plot(intensity, np.minimum(peak, intensity * bandwidth), color=INK, linewidth=1.8)
    note(panel, f"multipliers: {peak:.0f} GFLOP/s", (512, peak), (-6, 6), ha="right")
    note(panel, f"memory: {bandwidth:.0f} GB/s", (1, bandwidth), (4, 26))
    climb = [rung["intensity"] for rung in rungs], [rung["gflops"] for rung in rungs]
    panel.plot(*climb, "--", color=FAINT, linewidth=1, zorder=1.8)
    for rung in rungs:
        panel.plot(rung["intensity"], rung["gflops"], "o", color=BLUE, markersize=9)
        text = f"{rung['name']}: {rung['gflops']:.3g} GFLOP/s, {percent(rung['gflops'] / peak)} of the peak"
        text += ", on a part of the layer" * (rung["layer"] != found["layer"])
        note(panel, text, (rung["intensity"], rung["gflops"]), (10, -4))
    label(panel.xaxis, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512], "{:g}")
    label(panel.yaxis, [10.0**power for power in range(-4, 5)], "{:g}")
    panel.set_xlabel("operations for each byte of memory traffic", color=INK)
    panel.set_ylabel("GFLOP/s", color=INK)
    panel.set_title(f"conv → ReLU → max-pool, {found['layer']}, forward", fontsize=11, color=INK)
    save(figure, path, header)


def draw_growth(found: dict[str, Any], header: dict[str, str], path: Path) -> None:
    """Draw the time per multiply-add, the memory, and what threads bring."""
    figure, (cost, memory, speed) = new_figure(3, 4.6)
    cost.axhspan(1 - aims.GROWTH, 1 + aims.GROWTH, color=GRID, zorder=0)
    cost.set_ylim(0, 2)
    cost.set_title("time per multiply-add (1: the first layer's)", fontsize=10, color=INK)
    memory.set_yscale("log", base=2)
    memory.set_title("peak growth of memory, MiB", fontsize=10, color=INK)
    for size, points in found["sizes"].items():
        for panel, quantity, what in ((cost, "cost", "ms"), (memory, "MiB", "MiB")):
            if what in found["exponents"][size]:
                values = [point[quantity] for point in points]
                text = f"{size}: exponent {found['exponents'][size][what]:.2f}"
                draw_curve(panel, [point["times"] for point in points], values, size, text)
    for panel in (cost, memory):
        panel.set_xscale("log", base=2)
        panel.set_xlabel(f"times as large as in {found['start']}", color=INK)
        panel.legend(frameon=False, fontsize=9)
        label(panel.xaxis, [1, 2, 4, 8, 16], "{:g}×")
    label(memory.yaxis, [2.0**power for power in range(15)], "{:g}")
    draw_threads(speed, found["threads"])
    save(figure, path, header)


def draw_curve(panel: Axes, x: Sequence[float], y: Sequence[float], size: str, text: str) -> None:
    """Draw how one quantity follows one size."""
    colour, marker = SIZES[size]
    panel.plot(x, y, color=colour, marker=marker, markersize=6, linewidth=1.5, label=text)


def draw_threads(panel: Axes, points: list[dict[str, float]]) -> None:
    """Draw the speed-up by threads, below the line of perfection."""
    counts = [point["threads"] for point in points]
    panel.plot(counts, counts, "--", color=FAINT, linewidth=1, label="perfect")
    ratios = [points[0]["ms"] / point["ms"] for point in points]
    panel.plot(counts, ratios, "o-", color=BLUE, label=f"{counts[-1]:g} threads: {ratios[-1]:.2f}×")
    panel.set_title("times as fast as one thread", fontsize=10, color=INK)
    panel.set_xlabel("threads", color=INK)
    panel.legend(frameon=False, fontsize=9)
    label(panel.xaxis, counts, "{:g}")
    label(panel.yaxis, counts, "{:g}×")


def new_figure(panels: int, height: float, width: float = 12, **options: Any) -> tuple[Figure, Any]:
    """Return a figure of panels in a row, in which nothing stands that carries no figure."""
    figure = Figure(figsize=(width, height), layout="constrained")
    row = figure.subplots(1, panels, squeeze=False, **options)
    for panel in row[0]:
        panel.spines[["top", "right"]].set_visible(False)
        panel.spines[["left", "bottom"]].set_color(FAINT)
        panel.tick_params(colors=INK, labelsize=9)
        panel.grid(color=GRID, linewidth=0.8)
        panel.set_axisbelow(True)
    return figure, row[0]


def label(axis: Any, ticks: Sequence[float], form: str) -> None:
    """Put plain numbers beside an axis, as far as it reaches."""
    low, high = axis.get_view_interval()
    axis.set_ticks([tick for tick in ticks if low <= tick <= high])
    axis.set_major_formatter(FuncFormatter(lambda value, _: form.format(value)))
    axis.set_minor_locator(NullLocator())


def note(
    panel: Axes, text: str, place: tuple[float, float], away: tuple[float, float], ha: str = "left"
) -> None:
    """Write beside a place of the panel, so many points away."""
    behind = {"facecolor": "white", "edgecolor": "none", "pad": 1}
    panel.annotate(text, place, away, textcoords="offset points", ha=ha, color=INK, fontsize=9, bbox=behind)


def percent(share: float) -> str:
    """Return a share with two digits, however small.

    >>> percent(0.594), percent(0.0000211)
    ('59 %', '0.0021 %')
    """
    return f"{float(f'{100 * share:.2g}'):g} %"


def save(figure: Figure, path: Path, header: dict[str, str]) -> None:
    """Write the picture, with what its figures mean nothing without."""
    facts = textwrap.fill("; ".join(header.values()), round(15 * figure.get_figwidth()))
    figure.supxlabel(facts, fontsize=7, color=FAINT)
    figure.savefig(path, dpi=DPI)
