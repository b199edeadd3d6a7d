"""How often does the truth lie inside the interval? Simulated samples against their own population.

    python benchmarks/truth.py surveys/kien_giang --populations 50 --samples 4

Each population is made of its own seed, each sample drawn from it by the design that the study
declares, and estimated by the study's own indicators: tables that are sampled, each round, each area
and the whole. An interval is right when the population's true value lies inside. It must be so at
least as often as nominal less two binomial standard errors.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from kgeval.estimate.estimates import estimate
from kgeval.estimate.measure import measure
from kgeval.plan.area import WHOLE
from kgeval.plan.study import Study, read_study
from kgeval.prepare.link import link
from kgeval.simulate import population, sample, true_values

LEVEL = 0.95
KEYS = ["indicator", "variant", "round", "area"]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("study", type=Path)
    arguments.add_argument("--populations", type=int, default=50)
    arguments.add_argument("--samples", type=int, default=4)
    arguments.add_argument("--first-seed", type=int, default=1000)
    chosen = arguments.parse_args()
    study = read_study(chosen.study)
    seeds = range(chosen.first_seed, chosen.first_seed + chosen.populations)
    drawn = pd.concat(rows for seed in seeds for rows in _samples(study, seed, chosen.samples))
    for title, by in (("By area", ["area"]), ("By indicator", ["indicator", "variant"])):
        print(f"\n### {title}\n\n{_markdown(_table(drawn, by))}")
    print(f"\n### Each cell\n\n{_markdown(_table(drawn, KEYS))}")


def _samples(study: Study, seed: int, number: int) -> Iterator[pd.DataFrame]:
    people = population(study, seed)
    truth = true_values(people).drop(columns="n").rename(columns={"value": "truth"})
    for place in range(number):
        values = _estimates(study, link(study, sample(people, seed * 1000 + place).tables))
        yield values.merge(truth, on=KEYS).assign(seed=seed, sample=place)


def _estimates(study: Study, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    parts = []
    for key, frame in tables.items():
        design = study.tables[key].design
        indicators = {
            f"{i.key}/{i.variant}": i
            for i in study.indicators
            if i.table == key and i.kind in ("share", "mean", "ratio")
        }
        if design.weight is None or not indicators:
            continue
        measures = [measure(indicator, name) for name, indicator in indicators.items()]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            values = estimate(frame, design, measures, by=[("round",), ("round", "area")], level=LEVEL)
        cell = values["by_value"].str.split(" * ", regex=False)
        name = values["indicator"].str.split("/")
        parts.append(
            values.assign(
                indicator=name.str[0], variant=name.str[1], round=cell.str[0], area=cell.str[1].fillna(WHOLE)
            )
        )
    return pd.concat(parts, ignore_index=True)


def _table(drawn: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    given = drawn[drawn["low"].notna()]
    inside = given["low"].le(given["truth"] + 1e-12) & given["high"].ge(given["truth"] - 1e-12)
    groups = given.assign(
        inside=inside, width=given["high"] - given["low"], error=given["value"] - given["truth"]
    )
    table = groups.groupby(by, sort=False).agg(
        intervals=("inside", "size"), samples=("seed", "nunique"), coverage=("inside", "mean"),
        width=("width", "median"), bias=("error", "mean"), truth=("truth", "mean"), deff=("deff", "median"),
    )  # fmt: skip
    # cells of one sample are not independent: the floor counts samples, not intervals
    number = drawn.groupby(["seed", "sample"]).ngroups
    table["floor"] = LEVEL - 2 * np.sqrt(LEVEL * (1 - LEVEL) / number)
    table["holds"] = np.where(table["coverage"] >= table["floor"], "yes", "NO")
    return table.round(4).reset_index()


def _markdown(table: pd.DataFrame) -> str:
    lines = [list(table.columns), ["---"] * table.shape[1], *table.fillna("").astype(str).to_numpy().tolist()]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


if __name__ == "__main__":
    main()
