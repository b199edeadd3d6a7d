"""The data behind the golden values: simulated, with the seed in sight. Run it to write ``data/``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

DATA = Path(__file__).parent / "data"
SEED = 20260704


def hamlets(rng: np.random.Generator) -> pd.DataFrame:
    """Two rounds of twelve persons in seven hamlets of each of three strata; ids are nested in strata."""
    once = pd.DataFrame(
        {
            "stratum": np.repeat(["coast", "delta", "town"], 84),
            "hamlet": np.tile(np.repeat(np.arange(7), 12), 3),
        }
    )
    rows = pd.concat([once.assign(round=1), once.assign(round=2)], ignore_index=True)
    place = rows.groupby(["stratum", "hamlet"]).ngroup().to_numpy()
    level = rng.normal(size=21)[place] + 0.4 * (rows["round"] == 2)
    rows["w"] = np.round(rng.gamma(8.0, size=len(rows)) * 10, 3)
    rows["N"] = rows["stratum"].map({"coast": 20, "delta": 60, "town": 9})
    rows["sex"] = rng.choice(["f", "m"], len(rows))
    rows["knows"] = (level + rng.normal(size=len(rows)) > 0).astype(int)
    rows["score"] = np.round(10 * level + rng.normal(60, 8, len(rows)), 3)
    rows["books"] = rng.poisson(3, len(rows)) + 1
    silent = rng.random(len(rows)) < 0.06
    return rows.assign(knows=rows["knows"].astype(float).mask(silent))


def schools(rng: np.random.Generator) -> pd.DataFrame:
    """Six of 40 schools, five of 8 to 15 rooms in each, four pupils of a room: two stages of sampling."""
    rooms = pd.DataFrame({"school": np.repeat(np.arange(6), 5), "room": np.tile(np.arange(5), 6)})
    rooms["N1"], rooms["N2"] = 40, rng.integers(8, 16, 6)[rooms["school"]]
    rooms["level"] = rng.normal(size=6)[rooms["school"]] + rng.normal(scale=0.7, size=30)
    pupils = rooms.loc[rooms.index.repeat(4)].reset_index(drop=True)
    pupils["w"] = 40 / 6 * pupils["N2"] / 5
    pupils["reads"] = (pupils["level"] + rng.normal(size=120) > 0.2).astype(int)
    pupils["score"] = np.round(50 + 5 * pupils["level"] + rng.normal(size=120), 3)
    return pupils.drop(columns="level")


def main() -> None:
    """Write the two samples."""
    DATA.mkdir(exist_ok=True)
    rng = np.random.default_rng(SEED)
    hamlets(rng).to_csv(DATA / "hamlets.csv", index=False)
    schools(rng).to_csv(DATA / "schools.csv", index=False)


if __name__ == "__main__":
    main()
