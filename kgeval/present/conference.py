"""What stands in the report and in the slides of a conference, made from the results alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kgeval.plan.area import WHOLE
from kgeval.plan.indicator import MAIN
from kgeval.present.charts.against_target import against_target
from kgeval.present.charts.bullet import bullet
from kgeval.present.charts.chart import Chart
from kgeval.present.charts.dumbbell import dumbbell
from kgeval.present.charts.gaps import gaps
from kgeval.present.charts.tiles import tiles
from kgeval.present.labels import labels
from kgeval.present.measure import word_of
from kgeval.present.numbers import Numbers
from kgeval.present.prose import change_sentences, target_sentences
from kgeval.present.published import main, plain, publish
from kgeval.present.results import Results
from kgeval.present.slides import Slide, slides
from kgeval.present.tables.results import areas_table, changes_table, targets_table, variants_table
from kgeval.present.word import Appendix, Block, Figure, Heading, Masthead, Paragraph, report

_PRIORITIES = 3  # indicators that get a slide of their own
_POINTS = 3
_FEW_AREAS = 4  # the whole counted: with so few a map says nothing that the chart does not


def area_report(results: Results, area: str) -> bytes:
    """Return the Word report of one area, or of the whole.

    What the data say is written; what only the agency knows stands as a place to fill in.
    """
    words, own = labels(results.lang), results.of(area)
    place = results.place(area)
    endline, study, lang = own.endline, results.study, results.lang
    chart = against_target(endline, own.verdicts, study, lang, synthetic=results.synthetic, name="targets")
    change = dumbbell(
        _judged_changes(own), study, lang, estimates=own.estimates, synthetic=results.synthetic, name="change"
    )
    to_fill = Paragraph(text=words["report.to_fill"], to_fill=True)

    def empty(*names: str) -> list[Block]:
        return [block for name in names for block in (Heading(text=words[f"report.{name}"]), to_fill)]

    body: list[Block] = [
        Heading(text=words["report.part_1"], level=1),
        *empty("features", "leading"),
        Heading(text=words["report.targets"]),
        *(Paragraph(text=text) for text in target_sentences(endline, own.verdicts, study, lang).paragraphs),
        targets_table(endline, own.verdicts, study, lang, place=place),
        Figure(chart=chart, caption=chart.title),
        Heading(text=words["report.changes"], level=3),
        *(Paragraph(text=text) for text in _targeted_changes(own)),
        Figure(chart=change, caption=change.title),
        *empty("tasks", "agencies", "funds"),
        Heading(text=words["report.part_2"], level=1),
        *empty("strengths", "limits", "causes", "lessons"),
        Heading(text=words["report.part_3"], level=1),
        *empty("ahead", "proposals"),
    ]
    appendices = [
        Appendix(
            title=words["report.appendix_targets"],
            blocks=(variants_table(endline, own.verdicts, study, lang, place=place),),
        )
    ]
    if area == WHOLE:
        by_area = results.endline[results.endline["area"] != WHOLE]
        table = areas_table(by_area, results.verdicts, study, lang)
        appendices.append(Appendix(title=words["report.appendix_areas"], blocks=(table,)))
    appendices.append(Appendix(title=words["report.appendix_method"], blocks=tuple(_method(results))))
    return report(
        _masthead(results, place),
        body,
        appendices=appendices,
        lang=lang,
        synthetic=results.synthetic,
        banner=word_of(study.banner, lang),
    )


def charts(results: Results, *, size: Any = "report") -> tuple[Chart, ...]:
    """Return the charts of the whole: targets, each target by area, change, gaps, tiles, bullet."""
    study, lang = results.study, results.lang
    own = results.of(WHOLE)
    given = {"size": size, "synthetic": results.synthetic}
    drawn = [
        against_target(own.endline, own.verdicts, study, lang, name="targets", **given),
        bullet(own.endline, own.verdicts, study, lang, name="bullet", **given),
        dumbbell(_judged_changes(own), study, lang, estimates=own.estimates, name="change", **given),
    ]
    rows = main(results.endline)
    for key in _priorities(results):
        one = rows[rows["indicator"] == key]
        drawn.append(
            against_target(one, results.verdicts, study, lang, name=f"targets_{key.lower()}", **given)
        )
        if len(results.areas) > _FEW_AREAS:
            drawn.append(tiles(one, results.verdicts, study, lang, name=f"tiles_{key.lower()}", **given))
    several = rows[rows["indicator"].isin(_priorities(results))]
    drawn.append(gaps(several, results.verdicts, study, lang, name="gaps", **given))
    return tuple(drawn)


def deck(results: Results) -> bytes:
    """Return the slides of the conference: points, facts, targets, results, change, areas, limits, backup."""
    words, study = labels(results.lang), results.study
    drawn = {chart.name: chart for chart in charts(results, size="slide")}
    made = [*_opening(results, drawn), *_by_area(results, drawn), _limits(results), *_backup(results, drawn)]
    day = study.data_as_of
    as_of = words.fill("page.as_of", date=Numbers(lang=results.lang).date(day)) if day else ""
    parts = (results.place(WHOLE), as_of)
    return slides(
        made,
        title=word_of(study.title, results.lang),
        subtitle="; ".join(part for part in parts if part),
        lang=results.lang,
        synthetic=results.synthetic,
        banner=word_of(study.banner, results.lang),
    )


def _opening(results: Results, drawn: Mapping[str, Chart]) -> list[Slide]:
    words, own = labels(results.lang), results.of(WHOLE)
    study, lang, place = results.study, results.lang, results.place(WHOLE)
    said = target_sentences(own.endline, own.verdicts, study, lang).paragraphs
    rows = main(publish(own.endline, own.verdicts, study, lang))
    shares = rows[(rows["kind"] == "share") & rows["target"].notna()]
    targets = targets_table(own.endline, own.verdicts, study, lang, place=place)
    changed = changes_table(_judged_changes(own), study, lang, estimates=own.estimates)
    result = words.fill("deck.results", title=drawn["targets"].title)
    return [
        _spoken(results, words.fill("deck.points", place=place), " ".join(said), lines=said[:_POINTS]),
        _spoken(results, words.fill("deck.facts", place=place), "", lines=_facts(shares, lang)),
        _spoken(results, words.fill("deck.targets", place=place), " ".join(said), table=targets),
        _spoken(results, result, drawn["targets"].alt, chart=shares),
        _spoken(results, drawn["change"].title, drawn["change"].alt, table=changed),
    ]


def _by_area(results: Results, drawn: Mapping[str, Chart]) -> list[Slide]:
    rows = main(publish(results.endline, results.verdicts, results.study, results.lang))
    made = []
    for key in _priorities(results):
        chart = drawn[f"targets_{key.lower()}"]
        made.append(_spoken(results, chart.title, chart.alt, chart=rows[rows["indicator"] == key]))
    return [*made, _spoken(results, drawn["gaps"].title, drawn["gaps"].alt, picture=drawn["gaps"])]


def _limits(results: Results) -> Slide:
    words = labels(results.lang)
    names = ("sample", "census", "no_comparison", "no_average", "no_rank")
    lines = (*(words[f"caveat.{name}"] for name in names), words["report.to_fill"])
    return _spoken(results, words["deck.caveats"], "", lines=lines)


def _backup(results: Results, drawn: Mapping[str, Chart]) -> list[Slide]:
    words = labels(results.lang)
    names = ["change", "bullet", *(name for name in drawn if name.startswith("tiles"))]
    return [
        _spoken(
            results, words.fill("deck.backup", title=drawn[name].title), drawn[name].alt, picture=drawn[name]
        )
        for name in names
    ]


def _spoken(results: Results, title: str, numbers: str, **content: Any) -> Slide:
    words = labels(results.lang)
    notes = words.fill(
        "deck.notes",
        title=title, numbers=numbers or words["numbers.absent"], reading=words["caveat.sample"],
        source=word_of(results.study.title, results.lang),
    )  # fmt: skip
    return Slide(title=title, notes=notes, **content)


def _facts(rows: Any, lang: str) -> tuple[str, ...]:
    numbers = Numbers(lang=lang)
    said = [
        labels(lang).fill("deck.fact", what=row["short"], n=numbers.n(row["n"])) for _, row in rows.iterrows()
    ]
    return (*said, labels(lang)["caveat.sample"])


def _priorities(results: Results) -> list[str]:
    """Return the first indicators with a target that are shares, in the study's order."""
    judged = set(results.verdicts["indicator"])
    keys = [
        one.key
        for one in results.study.indicators
        if one.variant == MAIN and one.kind == "share" and one.key in judged
    ]
    return list(dict.fromkeys(keys))[:_PRIORITIES]


def _judged_changes(own: Results) -> Any:
    rows = main(plain(own.changes))
    kept = rows[rows["indicator"].isin(set(own.verdicts["indicator"]))]
    return rows if kept.empty else kept


def _targeted_changes(own: Results) -> tuple[str, ...]:
    return change_sentences(_judged_changes(own), own.study, own.lang).paragraphs


def _method(results: Results) -> list[Block]:
    blocks: list[Block] = []
    for indicator in results.study.indicators:
        if indicator.variant != MAIN or indicator.target is None:
            continue
        blocks.append(Heading(text=word_of(indicator.label, results.lang), level=3))
        parts = (word_of(indicator.method, results.lang), word_of(indicator.limits, results.lang))
        blocks.extend(Paragraph(text=part) for part in parts if part)
    words = labels(results.lang)
    return [*blocks, Paragraph(text=words["caveat.sample"]), Paragraph(text=words["caveat.census"])]


def _masthead(results: Results, place: str) -> Masthead:
    given = results.study.report
    words = labels(results.lang)
    title = f"{word_of(results.study.title, results.lang)} – {place}"
    names = ("agency", "superior", "number", "place", "date", "signatory_title", "signatory_name")
    return Masthead(
        abstract=words.fill("report.abstract", title=title),
        recipients=tuple(str(one) for one in given.get("recipients", ())),
        **{name: str(given.get(name, "")) for name in names},
    )
