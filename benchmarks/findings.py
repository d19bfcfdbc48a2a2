"""What figures say beside the aims: a figure that falls short is said to fall short."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import aims
from layers import CASES, LAYERS
from measure import geometric_mean
from peers import TINYCONV, TORCH


class Finding(NamedTuple):
    """One figure, beside what is aimed at where there is an aim."""

    what: str
    measured: str
    aim: str = ""
    holds: bool = True


def ratios(rows: list[dict[str, Any]]) -> Iterable[Finding]:
    """Yield how tinyconv does against each peer."""
    for peer, case, mean, worst in aims.RATIOS:
        found = {
            row["layer"]: row["ms"][peer] / row["ms"][TINYCONV]
            for row in rows
            if row["case"] == case and peer in row["ms"]
        }
        if found:
            middle, layer = geometric_mean(found.values()), min(found, key=lambda name: found[name])
            yield Finding(
                f"{case}, against {peer} ({layers(len(found))})",
                f"{middle:.2f}×, worst {found[layer]:.2f}× ({layer})",
                f"≥ {mean:.1f}×" + (f", worst ≥ {worst:.1f}×" if worst else ""),
                middle >= mean and found[layer] >= (worst or 0),
            )


def shares(rows: list[dict[str, Any]]) -> Iterable[Finding]:
    """Yield which share of the multipliers' peak, the highest of all runs, the wide layers reach."""
    wide = {str(layer) for layer in LAYERS if aims.is_wide(layer)}
    peak = max((row["peak"] for row in rows), default=0)
    for case in CASES:
        found = {
            row["layer"]: row["gflops"] / peak for row in rows if row["case"] == case and row["layer"] in wide
        }
        if found:
            layer = min(found, key=lambda name: found[name])
            yield Finding(
                f"{case}, share of the peak of {peak:.0f} GFLOP/s ({layers(len(found), 'wide ')})",
                f"{geometric_mean(found.values()):.0%}, lowest {found[layer]:.0%} ({layer})",
                f"≥ {aims.SHARE_OF_PEAK:.0%}",
                found[layer] >= aims.SHARE_OF_PEAK,
            )


def speedups(found: Mapping[str, tuple[float, float]]) -> Iterable[Finding]:
    """Yield what a second thread brings: by case, the time of one by that of two, ours and the machine's."""
    if found:
        gains, machine = ({name: pair[i] for name, pair in found.items()} for i in (0, 1))
        least = min(gains, key=lambda name: gains[name])
        yield Finding(
            f"from one thread to two ({len(found)} cases above {aims.LONG:.0f} ms)",
            f"{geometric_mean(gains.values()):.2f}×, least {gains[least]:.2f}× ({least}); "
            f"the machine itself {geometric_mean(machine.values()):.2f}×",
            f"≥ {aims.TWO_THREADS:.1f}× on each",
            gains[least] >= aims.TWO_THREADS,
        )


def memory(found: Mapping[str, Mapping[str, float]]) -> Iterable[Finding]:
    """Yield how much memory tinyconv takes of what PyTorch takes, by layer, where both were measured."""
    shares = {layer: grown[TINYCONV] / grown[TORCH] for layer, grown in found.items() if TORCH in grown}
    if shares:
        most = max(shares, key=lambda layer: shares[layer])
        yield Finding(
            f"block forward + backward, peak growth of memory by torch eager's ({layers(len(shares))})",
            f"{geometric_mean(shares.values()):.2f}×, most {shares[most]:.2f}× ({most})",
            f"≤ {aims.MEMORY:.1f}× on each",
            shares[most] <= aims.MEMORY,
        )


def layers(count: int, kind: str = "") -> str:
    """Return how many layers a figure is about.

    >>> layers(11), layers(1, "wide ")
    ('11 layers', '1 wide layer')
    """
    return f"{count} {kind}layer{'s' * (count != 1)}"
