"""A made-up study with two indicators in areas with awkward names, and rows of results for it."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd

from kgeval.errors import ParameterError
from kgeval.plan.area import Area
from kgeval.plan.evaluation import Evaluation
from kgeval.plan.indicator import Indicator, Target
from kgeval.plan.programme import Programme
from kgeval.plan.sample import SampleDesign

LONG = "Khu kinh tế cửa khẩu và khu công nghiệp tập trung liên huyện An Bình – Tân Thạnh Đông mở rộng"
NAMES = ["Bến Đò", "Phường Mỹ", LONG, '<img src=x onerror="alert(1)">', "=1+1", "Giá $x$ và $y$"]


def indicator(key: str = "R", variant: str = "main", **changes: object) -> Indicator:
    given: dict[str, object] = {
        "key": key, "variant": variant, "table": "mothers", "kind": "share",
        "label": {"vi": "Tỷ lệ bà mẹ được truyền thông trong 12 tháng qua",
                  "en": "Share of mothers reached in the last 12 months"},
        "short": {"vi": "Bà mẹ được truyền thông", "en": "Mothers reached"},
        "unit": {"vi": "bà mẹ", "en": "mothers"},
        "counts": None, "succeeds": None, "value": None, "per": None, "direction": "higher",
        "target": Target(value=0.95, areas={}, as_of=date(2020, 12, 31), decided_by="Ban Chỉ đạo",
                         label={"vi": "Chỉ tiêu 3", "en": "Target 3"}, decided_at=None, document="KH 1"),
        "weight": None, "breakdowns": (), "rounds": (), "comparable": "yes", "comparable_reason": {},
        "disclosure": "survey", "source": "Q1", "method": {}, "limits": {}, "logical_low": None,
        "logical_high": None,
    }  # fmt: skip
    return Indicator(**(given | changes))  # type: ignore[arg-type]


GROUPS = {"vi": "Tỷ lệ nhóm trẻ được quản lý", "en": "Share of groups that are managed"}
COUNT = {"vi": "Số nhóm trẻ duy trì", "en": "Number of groups kept"}


class MadeUpStudy(SimpleNamespace):
    """As much of a study as presentation asks for."""

    def area_label(self, name: str, lang: str) -> str:
        if name == "all":
            return self.whole[lang]
        for area in self.areas:
            if name in (area.code, area.key):
                return area.label[lang]
        raise ParameterError(f"no area {name}")

    def area(self, name: str) -> Area | None:
        return None if name == "all" else next(one for one in self.areas if name in (one.code, one.key))

    def indicator(self, key: str, variant: str = "main") -> Indicator:
        return next(i for i in self.indicators if (i.key, i.variant) == (key, variant))


def made_up_study(areas: int = 6) -> MadeUpStudy:
    labels = [*NAMES, *(f"Huyện {n}" for n in range(len(NAMES), areas))][:areas]
    unit = {"vi": "nhóm trẻ", "en": "groups"}
    rounds = (
        SimpleNamespace(key="baseline", year=2018, label={"vi": "năm 2018", "en": "2018"}),
        SimpleNamespace(key="endline", year=2020, label={"vi": "năm 2020", "en": "2020"}),
    )
    choices = (SimpleNamespace(name="1", label={"vi": "Công nhân", "en": "Worker"}),)
    question = SimpleNamespace(name="job", choices=choices, label={"vi": "Nghề", "en": "Job"})
    return MadeUpStudy(
        norms=SimpleNamespace(derived=()),
        programme=Programme(),
        comparisons={},
        evaluation=Evaluation(),
        phase={"vi": "Giai đoạn 2018–2020", "en": "Phase 2018–2020"},
        title={"vi": "Nghiên cứu giả định", "en": "A made-up study"},
        banner={"vi": "", "en": ""},
        whole={"vi": "Toàn tỉnh", "en": "All areas"},
        area_level={"vi": "địa bàn", "en": "area"},
        rounds=rounds,
        baseline=rounds[0],
        endline=rounds[1],
        data_as_of=date(2020, 11, 9),
        areas=tuple(
            Area(code=str(n), key=f"a{n}", label={"vi": label, "en": label}) for n, label in enumerate(labels)
        ),
        indicators=(
            indicator(),
            indicator(variant="direct", short={"vi": "Truyền thông trực tiếp", "en": "Reached directly"}),
            indicator("G", label=GROUPS, short={"vi": "Nhóm được quản lý", "en": "Managed"}, unit=unit),
            indicator("C", kind="count", label=COUNT, short={"vi": "Nhóm duy trì", "en": "Kept"}, unit=unit),
            indicator("M", kind="mean", label={"vi": "Số trẻ trung bình", "en": "Mean number of children"},
                      short={"vi": "Số trẻ", "en": "Children"}, unit=unit, target=None, direction="none"),
        ),
        tables={"mothers": SimpleNamespace(
            label={"vi": "Bà mẹ", "en": "Mothers"}, form=SimpleNamespace(questions=(question,)),
            design=SampleDesign(),
        )},
    )  # fmt: skip


def estimate_row(**changes: object) -> dict[str, object]:
    nan = float("nan")
    row: dict[str, object] = {
        "indicator": "R", "variant": "main", "round": "endline", "area": "0", "by": "", "by_value": "",
        "kind": "share", "value": 0.881, "se": 0.02, "low": 0.829, "high": 0.919, "df": 18.0, "n": 313,
        "n_missing": 0, "clusters": 20, "strata": 2, "weighted_n": 3000.0, "deff": 1.3, "missing_low": nan,
        "missing_high": nan, "interval_method": "korn-graubard", "confidence": 0.95, "flag": "ok",
        "reason": "",
    }  # fmt: skip
    return row | changes


def census_row(**changes: object) -> dict[str, object]:
    nan = float("nan")
    given: dict[str, object] = {
        "indicator": "G", "value": 16 / 19, "se": nan, "low": nan, "high": nan, "df": nan, "deff": nan,
        "n": 19, "n_missing": 1, "missing_low": 0.8, "missing_high": 0.85, "interval_method": "census",
    }  # fmt: skip
    return estimate_row(**(given | changes))


def verdict_row(**changes: object) -> dict[str, object]:
    nan = float("nan")
    row: dict[str, object] = {
        "indicator": "R", "variant": "main", "area": "0", "as_of": "2020-12-31", "target": 0.95,
        "direction": "higher", "value": 0.881, "low": 0.829, "high": 0.919, "official": "not_met",
        "statistical": "not_met", "shortfall": 0.069, "shortfall_low": 0.031, "shortfall_high": 0.121,
        "min_certifiable": 0.982, "p_one_sided": nan, "reason": "",
    }  # fmt: skip
    return row | changes


def change_row(**changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "indicator": "R", "variant": "main", "area": "0", "by": "", "by_value": "", "from_round": "baseline",
        "to_round": "endline", "from_value": 0.712, "to_value": 0.881, "difference": 0.169, "se": 0.03,
        "low": 0.102, "high": 0.236, "df": 18.0, "correlation": 0.3, "se_independent": 0.036,
        "comparable": "yes", "reason": "",
    }  # fmt: skip
    return row | changes


def results(areas: int = 6, *, suppressed: bool = False) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Estimates of both rounds, verdicts and changes of one indicator in many areas and the whole."""
    generator = np.random.default_rng(404)
    estimates, verdicts, changes = [], [], []
    for area in [*map(str, range(areas)), "all"]:
        value = float(generator.choice([0.0, 0.62, 0.871, 0.96, 0.985, 1.0]))
        low, high = max(0.0, value - 0.031), min(1.0, value + 0.02)
        flag = "suppress" if suppressed else "ok"
        statistical = "met" if low >= 0.95 else "not_met" if high < 0.95 else "unclear"
        limits = {"area": area, "value": value, "low": low, "high": high}
        estimates += [estimate_row(**limits, flag=flag), estimate_row(**limits, flag=flag, round="baseline")]
        verdicts.append(
            verdict_row(**limits, official="exceeded" if value > 0.95 else "not_met", statistical=statistical)
        )
        difference = float(generator.normal(0.05, 0.08))
        changes.append(
            change_row(area=area, from_value=value - difference, to_value=value, difference=difference,
                       low=difference - 0.06, high=difference + 0.06)
        )  # fmt: skip
    return pd.DataFrame(estimates), pd.DataFrame(verdicts), pd.DataFrame(changes)
