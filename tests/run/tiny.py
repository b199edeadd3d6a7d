"""Tiny notebooks for the tests of the runner, written as text: a cell is a line or a few."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

COMMON = """\
study: str = ""  # folder of the study
data: str = ""  # folder of the delivered files
out: str = ""  # folder of what is made
area: str = "all"  # code of the area
lang: str = "vi"  # language"""

SETUP = """\
from pathlib import Path
import pandas as pd
from kgeval.store import Provenance, Store
store, made_of = Store(out), Provenance(study="tiny", parameters={"area": area})
place = {"0905": "north", "0899": "south", "0900": "west"}.get(area, "all")"""

CLEAN = """\
mothers = pd.DataFrame({"area": [area] * 3, "n": [1, 2, len(area)]})
store.write(f"{place}/clean/mothers", mothers, made_of)"""

ESTIMATE = """\
keys = ["north", "south", "west"]
mothers = store.gather("clean/mothers", keys)
absent = " ".join(store.absent("clean/mothers", keys))
chosen = mothers if area == "all" else mothers[mothers["area"] == area]
estimates = pd.DataFrame({"area": [area], "n": [len(chosen)], "absent": [absent]})
store.write(f"{place}/results/estimates", estimates, made_of)
print(len(chosen), "mothers")"""

# what a forked kernel could get wrong: an inline chart, a wide table, a warning, a formatted number
REVIEW = """\
import warnings
import matplotlib.pyplot as plt
estimates = store.read(f"{place}/results/estimates")
store.write_bytes(f"{place}/figures/n.txt", str(estimates["n"][0]).encode())
plt.plot([0, 1], [0, estimates["n"][0]])
warnings.warn("seen in the notebook")
warnings.warn("old", DeprecationWarning)
pd.DataFrame({f"a long name of column {i}": [i / 3] for i in range(25)})"""

PHASE = """\
results = store.read("results/estimates")
store.write_bytes("all/figures/areas.txt", " ".join(results["area"]).encode())"""

SOURCES: Mapping[str, tuple[str, str]] = {
    "10_clean": ("area", CLEAN),
    "20_estimate": ("area and whole", ESTIMATE),
    "30_review": ("area", REVIEW),
    "40_phase": ("once", PHASE),
}


def notebook(cells: Sequence[str], *, parameters: str = COMMON, runs: str = "area", **about: object) -> dict:
    """Return a notebook: a title, the parameters, then a code cell for each text."""
    code = {"cell_type": "code", "execution_count": None, "outputs": []}
    tagged = code | {"id": "parameters", "metadata": {"tags": ["parameters"]}, "source": parameters}
    rest = [
        code | {"id": f"code-{i}", "metadata": {}, "source": text} for i, text in enumerate(cells, start=1)
    ]
    title = {
        "cell_type": "markdown",
        "id": "title",
        "metadata": {},
        "source": "# A tiny notebook\n\nWhat is it?",
    }
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "kgeval": {"runs": runs, **about}}
    return {"cells": [title, tagged, *rest], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def write_notebooks(folder: Path, changed: Mapping[str, Sequence[str]] | None = None, only: str = "") -> Path:
    """Write the notebooks of a small study; ``changed`` gives other cells to some of them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (runs, source) in SOURCES.items():
        cells = (changed or {}).get(name, [SETUP, source])
        if not only or name in only.split():
            content = notebook(cells, runs=runs)
            (folder / f"{name}.ipynb").write_text(json.dumps(content), encoding="utf-8")
    return folder


STUDY = """\
key = "tiny"
languages = ["vi", "en"]
title = { vi = "Nhỏ", en = "Tiny" }
area_level = { vi = "Địa bàn", en = "Area" }
whole = { vi = "Toàn bộ", en = "The whole" }

[rounds.baseline]
year = 2018
label = { vi = "Đầu kỳ", en = "Baseline" }

[rounds.endline]
year = 2020
label = { vi = "Cuối kỳ", en = "Endline" }

[tables.mothers]
label = { vi = "Bà mẹ", en = "Mothers" }
unit = { vi = "bà mẹ", en = "mother" }
files = ["mothers.csv"]

[tables.mothers.round]
column = "round"
values = { baseline = "1", endline = "2" }

[tables.mothers.area]
column = "district"
"""

AREAS = """\
code,key,valid_from,valid_to,parent,label_vi,label_en,aliases
0905,north,,,,Bắc,North,
0899,south,,,,Nam,South,
0900,west,,,,Tây,West,
"""

FORM = """\
| survey |         |          |           |          |          |       |
|        | type    | name     | label::vi | label::en| required | class |
|        | text    | mid      | Mã        | Id       | yes      | none  |
|        | text    | district | Địa bàn   | District | yes      | none  |
|        | integer | round    | Đợt       | Round    | yes      | none  |
|        | integer | reads    | Đọc       | Reads    |          | none  |

| settings |            |         |            |                  |     |
|          | form_title | form_id | version    | default_language | key |
|          | Mothers    | mothers | 2020010100 | vi               | mid |
"""

INDICATORS = """\
[T1]
table = "mothers"
kind = "share"
label = { vi = "Tỷ lệ đọc", en = "Share who read" }
short = { vi = "Đọc", en = "Read" }
unit = { vi = "bà mẹ", en = "mothers" }
succeeds = "${reads} = 1"
direction = "higher"
source = "invented"
"""


def write_study(folder: Path) -> Path:
    """Write a study of three areas, all of it invented."""
    (folder / "forms").mkdir(parents=True, exist_ok=True)
    files = {"study.toml": STUDY, "areas.csv": AREAS, "forms/mothers.md": FORM, "indicators.toml": INDICATORS}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder
