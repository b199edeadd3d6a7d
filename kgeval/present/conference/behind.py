"""Charts behind the headlines: where people are lost, and every change with its interval."""

from __future__ import annotations

from kgeval.plan.area import WHOLE
from kgeval.plan.indicator import MAIN
from kgeval.present.caveat import change_caveat
from kgeval.present.charts.cascade import cascade
from kgeval.present.charts.chart import Chart
from kgeval.present.charts.forest import Forest, forest
from kgeval.present.labels import labels
from kgeval.present.measure import word_of
from kgeval.present.published import main, plain, publish_changes
from kgeval.present.results import Results
from kgeval.present.style import SizeName, size_of


def cascade_chart(results: Results, *, size: SizeName = "report") -> tuple[Chart, ...]:
    """Return the cascade of the whole; nothing where the study declares no steps."""
    own, steps = results.of(WHOLE), cascade_steps(results)
    if not steps:
        return ()
    given = {"size": size, "synthetic": results.synthetic}
    return (cascade(own.endline, steps, own.study, own.lang, name="cascade", **given),)  # type: ignore[arg-type]


def cascade_steps(results: Results) -> list[tuple[str, str]]:
    """Return the steps that the study declares (``key`` or ``key.variant``), the widest first."""
    known = {(one.key, one.variant) for one in results.study.indicators}
    steps = [str(step).partition(".") for step in results.study.report.get("cascade", ())]
    return [pair for key, _, variant in steps if (pair := (key, variant or MAIN)) in known]


def forest_chart(results: Results, *, size: SizeName = "report") -> tuple[Chart, ...]:
    """Return the changes of the whole that may be compared and have an interval; nothing where none has."""
    own, words = results.of(WHOLE), labels(results.lang)
    changes = main(plain(publish_changes(own.changes, own.study, own.lang, own.estimates)))
    seen = changes["difference"].notna() & changes["low"].notna() & (changes["comparable"] == "yes")
    rows = changes[seen & (changes["kind"] == "share")].head(size_of(size).rows)
    if rows.empty:
        return ()
    first = rows.iloc[0]
    about = Forest(
        what=words.fill("forest.change", place=first["place"]),
        measure=words.fill("forest.points", from_round=first["from_label"], to_round=first["to_label"]),
        decimals=1,
        source=word_of(own.study.title, own.lang),
        remarks=(change_caveat(own.study, own.lang, rows["indicator"]),),
    )
    shown = rows[["indicator", "variant", "area"]].assign(
        label=rows["short"],
        value=rows["difference"] * 100,
        low=rows["low"] * 100,
        high=rows["high"] * 100,
        n=rows["to_n"],
    )
    return (forest(shown, about, own.lang, size=size, synthetic=results.synthetic, name="forest"),)
