"""How often do the intervals of shares hold the truth? Seeded scenarios; the table is in docs/method.md.

J clusters of 20 persons, answers correlated within clusters (beta-binomial with the given icc), weights
that differ by cluster (gamma, cv 0.35), unequal to the answers. Run: python benchmarks/coverage.py [samples]
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from kgeval.estimate.estimates import estimate
from kgeval.estimate.interval import METHODS, Sampled, all_equal
from kgeval.estimate.measure import share
from kgeval.plan.sample import SampleDesign

SEED, SAMPLES, SIZE, CV, LEVEL, ASSUMED_ICC = 13, 20_000, 20, 0.35, 0.95, 0.05
CLUSTERS, ICCS, SHARES = (6, 10, 15, 30), (0.05, 0.10), (0.5, 0.8, 0.95)
OTHERS = ("beta", "logit", "asin", "wilson", "wald")
REPORT = Path(__file__).parents[1] / "docs" / "method.md"
MARKS = "<!-- coverage -->\n", "<!-- /coverage -->"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """Many samples of one scenario: (samples, clusters) successes and cluster weights."""

    successes: np.ndarray
    weights: np.ndarray


def draw(rng: np.random.Generator, clusters: int, icc: float, p: float, samples: int) -> Drawn:
    scale = (1 - icc) / icc
    level = rng.beta(p * scale, (1 - p) * scale, (samples, clusters))
    return Drawn(
        successes=rng.binomial(SIZE, level).astype(float),
        weights=rng.gamma(1 / CV**2, CV**2, (samples, clusters)),
    )


def limits(drawn: Drawn, method: str) -> tuple[np.ndarray, np.ndarray]:
    """Apply the engine's formulas to all samples at once; NaN where the method gives no interval."""
    samples, clusters = drawn.successes.shape
    total = SIZE * drawn.weights.sum(axis=1)
    p = (drawn.weights * drawn.successes).sum(axis=1) / total
    p = np.where((drawn.successes == SIZE).all(axis=1), 1.0, p)
    scores = drawn.weights * (drawn.successes - SIZE * p[:, None]) / total[:, None]
    v = clusters / (clusters - 1) * ((scores - scores.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)
    n, df = np.full(samples, float(SIZE * clusters)), np.full(samples, clusters - 1.0)
    low, high = np.full(samples, np.nan), np.full(samples, np.nan)
    inner = (p > 0) & (p < 1) & (v > 0)
    low[inner], high[inner] = METHODS[method](
        Sampled(p=p[inner], v=v[inner], n=n[inner], df=df[inner], level=LEVEL)
    )
    equal = (p == 0) | (p == 1)
    if method in {"korn-graubard", "beta"} and equal.any():
        w = drawn.weights[equal]
        spread = clusters * (w**2).sum(axis=1) / w.sum(axis=1) ** 2
        deff = np.maximum(1, spread * (1 + (SIZE - 1) * ASSUMED_ICC))
        low[equal], high[equal], _ = all_equal(p[equal], n[equal], df[equal], deff, LEVEL)
    return low, high


def check_against_the_engine(drawn: Drawn, samples: int = 25) -> None:
    """Hold the formulas above against ``estimate``, sample by sample."""
    low, high = limits(drawn, "korn-graubard")
    clusters = drawn.successes.shape[1]
    for i in range(samples):
        frame = pd.DataFrame(
            {
                "cluster": np.repeat(np.arange(clusters), SIZE),
                "w": np.repeat(drawn.weights[i], SIZE),
                "yes": (np.tile(np.arange(SIZE), clusters) < np.repeat(drawn.successes[i], SIZE)).astype(
                    float
                ),
            }
        )
        design = SampleDesign(weight="w", cluster="cluster", icc=ASSUMED_ICC)
        row = estimate(frame, design, share("s", frame["yes"].to_numpy())).iloc[0]
        np.testing.assert_allclose([row["low"], row["high"]], [low[i], high[i]], rtol=1e-9)


def measured(drawn: Drawn, method: str, p: float) -> dict[str, float]:
    low, high = limits(drawn, method)
    defined = ~np.isnan(low)
    holds = (low <= p + 1e-12) & (p - 1e-12 <= high)
    return {
        "coverage": float((holds & defined).mean()),
        "among_defined": float(holds[defined].mean()),
        "truth_above": float((high < p)[defined].mean()),
        "met": float((low >= p)[defined].mean()),  # "met" is said although the share only equals the target
    }


def main(samples: int) -> int:
    started = time.perf_counter()
    rows = []
    for place, (clusters, icc, p) in enumerate(product(CLUSTERS, ICCS, SHARES)):
        drawn = draw(np.random.default_rng([SEED, place]), clusters, icc, p, samples)
        check_against_the_engine(drawn)
        default = measured(drawn, "korn-graubard", p)
        others = {name: measured(drawn, name, p)["coverage"] for name in OTHERS}
        rows.append({"clusters": clusters, "icc": icc, "p": p, **default, **others})
    table = pd.DataFrame(rows)
    print(table.round(4).to_string(index=False))
    kept = {
        "coverage >= 0.93 everywhere": bool((table["coverage"] >= 0.93).all()),
        "coverage >= 0.95 where p <= 0.8": bool((table.loc[table["p"] <= 0.8, "coverage"] >= 0.95).all()),
        'error of "met" at the target <= 0.06': bool((table["met"] <= 0.06).all()),
    }
    for rule, holds in kept.items():
        print("kept  " if holds else "BROKEN", rule)
    if samples == SAMPLES:
        head, rest = REPORT.read_text(encoding="utf-8").split(MARKS[0])
        tail = rest.split(MARKS[1])[1]
        REPORT.write_text(head + MARKS[0] + report(table, kept) + MARKS[1] + tail, encoding="utf-8")
    print(f"{samples} samples a scenario, {time.perf_counter() - started:.0f} s")
    return 0 if all(kept.values()) else 1


def report(table: pd.DataFrame, kept: dict[str, bool]) -> str:
    names = ["J", "icc", "p", "coverage", "among defined", "interval below", "false met", *OTHERS]
    how = (
        f"Made by `benchmarks/coverage.py`: {SAMPLES:,} samples a scenario, seed {SEED}; J clusters of "
        f"{SIZE}, beta-binomial answers, gamma weights by cluster (cv {CV}). "
        f"Nominal: {LEVEL:.0%}, {(1 - LEVEL) / 2:.1%} a side."
    )
    columns = (
        "The first columns are the default, Korn-Graubard with the cut last: coverage where no interval "
        "counts as a miss, coverage among defined intervals, how often the interval lies below the truth, "
        'and how often "met" is said of a target that the true share only equals (the lower limit reaches '
        "it). The last columns are the coverage of other methods, where no interval counts as a miss."
    )
    lines = [
        how,
        "",
        columns,
        "",
        "| " + " | ".join(names) + " |",
        "|" + "---:|" * len(names),
    ]
    for row in table.itertuples(index=False):
        head = f"| {row.clusters:.0f} | {row.icc:.2f} | {row.p:.2f} |"
        lines.append(head + "".join(f" {value:.3f} |" for value in row[3:]))
    lines += ["", *(f"- {rule}: {'kept' if holds else '**broken**'}" for rule, holds in kept.items()), ""]
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]) if len(sys.argv) > 1 else SAMPLES))
