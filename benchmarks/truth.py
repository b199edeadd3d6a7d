"""How often does the truth lie inside the interval? Simulated samples against their own population.

    python benchmarks/truth.py --seeds 200 --jobs 2

Each seed makes a population, whose true values are known, and draws one sample from it by the design
of the study. The sample is estimated as a review estimates it: the sampled tables' indicators, each
round and the change, each area and the whole. The truth must lie inside the interval at least as often
as nominal less two binomial standard errors; an interval that is not there counts as a miss.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from rich.progress import track
from simulation_page import PAGE, machine_text, seeds_text, table_text, write_block

from kgeval.evaluate.review import change_indicators, estimate_indicators
from kgeval.plan.area import WHOLE
from kgeval.plan.study import Study, read_study
from kgeval.prepare.link import link
from kgeval.simulate import population, sample, true_values

ROOT = Path(__file__).parents[1]
LEVEL = 0.95
CHANGE = "change"  # stands in the column ``round`` of a difference between the rounds
CELL = ["indicator", "variant", "round", "area"]
NUMBERS = ["truth", "value", "se", "low", "high", "df", "n"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--study", type=Path, default=ROOT / "surveys" / "kien_giang")
    parser.add_argument("--seeds", type=int, default=200, help="how many")
    parser.add_argument("--first", type=int, default=1000, help="the first of them")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--progress", type=Path, default=ROOT / "build" / "benchmarks" / "truth.csv",
                        help="what is done so far; taken up where the run stopped with --resume")  # fmt: skip
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--page", type=Path, default=PAGE)
    chosen = parser.parse_args()
    seeds = range(chosen.first, chosen.first + chosen.seeds)
    began = time.monotonic()
    intervals = gather(chosen.study, seeds, chosen.jobs, chosen.progress, resume=chosen.resume)
    text = report(intervals, seconds=time.monotonic() - began)
    print(text)
    write_block("truth", text, chosen.page)


def gather(folder: Path, seeds: Sequence[int], jobs: int, progress: Path, *, resume: bool) -> pd.DataFrame:
    """Return the intervals of all seeds, and keep those that are done in a file."""
    progress.parent.mkdir(parents=True, exist_ok=True)
    if not (resume and progress.is_file()):
        progress.unlink(missing_ok=True)
    done = set(_read(progress)["seed"]) if progress.is_file() else set()
    left = [seed for seed in seeds if seed not in done]
    with ProcessPoolExecutor(jobs) as pool:
        drawn = pool.map(_draw, [folder] * len(left), left)
        for part in track(drawn, total=len(left), description="seeds"):
            part.to_csv(progress, mode="a", header=not progress.is_file(), index=False)
    intervals = _read(progress)
    return intervals[intervals["seed"].isin(seeds)]


def _read(progress: Path) -> pd.DataFrame:
    return pd.read_csv(progress, dtype={"area": "str", "indicator": "str", "variant": "str"})


def _draw(folder: Path, seed: int) -> pd.DataFrame:
    with pd.option_context("mode.string_storage", "python"):  # many small tables: see kgeval.store.text
        return draw(_study(folder), seed)


@cache
def _study(folder: Path) -> Study:
    """Return the study to be judged; a process reads it once."""
    return sampled_part(read_study(folder))


def sampled_part(study: Study) -> Study:
    """Return the study with the indicators of its sampled tables alone, without breakdowns."""
    indicators = [
        replace(indicator, breakdowns=())
        for indicator in study.indicators
        if not study.tables[indicator.table].design.census
    ]
    return replace(study, indicators=tuple(indicators))


def draw(study: Study, seed: int) -> pd.DataFrame:
    """Return the intervals of one simulated sample: one row an indicator, variant, round and area.

    Returns
    -------
    DataFrame
        ``seed``, ``CELL`` (``round`` may be ``CHANGE``), ``kind``, ``NUMBERS``, ``interval_method``.
        Cells without a truth (nobody in the denominator of the population) are left out.
    """
    people = population(study, seed)
    truth = _with_changes(study, true_values(people).rename(columns={"value": "truth"})[[*CELL, "truth"]])
    tables = link(study, sample(people, seed).tables)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parts = [part for area in (None, *study.areas) for part in _intervals(study, tables, area)]
    found = truth.dropna(subset=["truth"]).merge(pd.concat(parts, ignore_index=True), on=CELL, how="left")
    kinds = {(one.key, one.variant): one.kind for one in study.indicators}
    found["kind"] = [kinds[pair] for pair in zip(found["indicator"], found["variant"], strict=True)]
    return found.assign(seed=seed)[["seed", *CELL, "kind", *NUMBERS, "interval_method"]]


def _with_changes(study: Study, truth: pd.DataFrame) -> pd.DataFrame:
    wide = truth.pivot_table(
        index=["indicator", "variant", "area"], columns="round", values="truth", dropna=False
    )
    change = (wide[study.endline.key] - wide[study.baseline.key]).rename("truth").reset_index()
    return pd.concat([truth, change.assign(round=CHANGE)[[*CELL, "truth"]]], ignore_index=True)


def _intervals(study: Study, tables: dict[str, pd.DataFrame], area: object) -> Iterator[pd.DataFrame]:
    wanted = [*CELL, *NUMBERS[1:], "interval_method"]
    levels = estimate_indicators(study, tables, area)
    yield levels.loc[levels["by"] == "", wanted]
    changes = change_indicators(study, tables, area).rename(columns={"difference": "value"})
    plain = changes[changes["by"] == ""].assign(round=CHANGE, interval_method="t")
    yield plain.reindex(columns=wanted)


def judge(intervals: pd.DataFrame) -> pd.DataFrame:
    """Add what became of each interval: ``inside``, ``truth_below``, ``truth_above`` or ``undefined``."""
    slack = 1e-12
    undefined = intervals["low"].isna() | intervals["high"].isna()
    below = ~undefined & (intervals["truth"] < intervals["low"] - slack)
    above = ~undefined & (intervals["truth"] > intervals["high"] + slack)
    return intervals.assign(
        undefined=undefined, truth_below=below, truth_above=above, inside=~(undefined | below | above)
    )


def coverage(intervals: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Count what became of the intervals, by cells.

    Returns
    -------
    DataFrame
        ``by``, then ``n`` intervals; ``inside``, ``truth_below``, ``truth_above``, ``undefined``; their
        ``share`` inside (undefined counts as a miss), its ``floor`` and whether it ``holds``; the mean
        ``truth``; ``bias``, the mean error by its standard deviation; ``se_to_error``, the root mean
        square of the standard errors by that of the true errors (above 1: intervals too wide).
    """
    judged = judge(intervals)
    error = judged["value"] - judged["truth"]
    groups = judged.assign(error=error, squared=error**2, variance=judged["se"] ** 2).groupby(by, sort=False)
    counts = groups[["inside", "truth_below", "truth_above", "undefined"]].sum()
    table = counts.assign(n=groups.size(), truth=groups["truth"].mean())
    table["share"] = table["inside"] / table["n"]
    table["floor"] = LEVEL - 2 * np.sqrt(LEVEL * (1 - LEVEL) / table["n"])
    table["holds"] = table["share"] >= table["floor"]
    table["bias"] = groups["error"].mean() / groups["error"].std()
    table["se_to_error"] = np.sqrt(groups["variance"].mean() / groups["squared"].mean())
    return table.reset_index()


def report(intervals: pd.DataFrame, *, seconds: float) -> str:
    """Return the block of the page: what was done, what did not hold, and the tables."""
    cell = ["indicator", "variant", "round"]
    whole = coverage(intervals[intervals["area"] == WHOLE], cell)
    areas = coverage(intervals[intervals["area"] != WHOLE], cell)
    pooled = coverage(intervals.assign(quantity=_quantity(intervals)), ["quantity", "area"])
    seeds = sorted(intervals["seed"].unique())
    both = whole.merge(areas, on=cell, suffixes=("", "_areas"))
    return "\n\n".join(
        [
            (
                f"Seeds {seeds_text(seeds)}, {len(intervals)} intervals of {LEVEL:.0%}, in {seconds:.0f} s "
                f"({machine_text()}). {_verdict(whole, areas)}"
            ),
            "Everything together, by area:",
            table_text(_shown(pooled, ["quantity", "area"])),
            "Levels; `whole` is all areas together, `areas` each area by itself, pooled:",
            table_text(_beside(both[both["round"] != CHANGE])),
            "Change between the rounds:",
            table_text(_beside(both[both["round"] == CHANGE])),
        ]
    )


def _quantity(intervals: pd.DataFrame) -> np.ndarray:
    """Return how each interval is made: Korn-Graubard for shares, t for the rest."""
    is_share = intervals["kind"].eq("share") & intervals["round"].ne(CHANGE)
    of_level = np.where(is_share, "share (Korn-Graubard)", "mean (t)")
    return np.where(intervals["round"].eq(CHANGE), "change (t)", of_level)


def _verdict(*tables: pd.DataFrame) -> str:
    names = ("the whole", "the areas")
    said = []
    for name, table in zip(names, tables, strict=True):
        short = table[~table["holds"]]
        which = ", ".join(
            f"`{row.indicator}/{row.variant}` {row.round} ({row.share:.3f} < {row.floor:.3f})"
            for row in short.itertuples()
        )
        said.append(
            f"For {name}, {len(table) - len(short)} of {len(table)} rows keep the floor"
            + (f"; below it: {which}." if which else ".")
        )
    return " ".join(said)


def _shown(table: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    kept = [*by, "n", "inside", "truth_below", "truth_above", "undefined", "share", "floor", "se_to_error"]
    return table[kept].rename(columns=lambda name: name.replace("_", " "))


def _beside(both: pd.DataFrame) -> pd.DataFrame:
    """Lay the rows of the whole and of the areas side by side."""
    return pd.DataFrame(
        {
            "indicator": both["indicator"] + "/" + both["variant"],
            "round": both["round"],
            "truth": both["truth"],
            "inside": [f"{row.inside} of {row.n}" for row in both.itertuples()],
            "share": both["share"],
            "below, above": [f"{row.truth_below}, {row.truth_above}" for row in both.itertuples()],
            "undefined": both["undefined"],
            "bias": both["bias"],
            "se/error": both["se_to_error"],
            "areas: inside": [f"{row.inside_areas} of {row.n_areas}" for row in both.itertuples()],
            "areas: share": both["share_areas"],
            "areas: below, above": [
                f"{row.truth_below_areas}, {row.truth_above_areas}" for row in both.itertuples()
            ],
            "areas: undefined": both["undefined_areas"],
            "areas: se/error": both["se_to_error_areas"],
            "holds": np.where(both["holds"] & both["holds_areas"], "yes", "**no**"),
        }
    )


if __name__ == "__main__":
    main()
