"""The page to hand out: one HTML file that asks for nothing, draws itself and answers clicks."""

from __future__ import annotations

import json
from base64 import b64encode
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import Any

import pandas as pd

from kgeval.plan.area import WHOLE
from kgeval.plan.indicator import MAIN
from kgeval.present.boundaries import Boundaries, projected
from kgeval.present.caveat import CHANGE, caveats
from kgeval.present.charts.caption import measure_words, result_remarks, verdict_title
from kgeval.present.charts.tiles import in_order
from kgeval.present.conference.drawn import tile_places
from kgeval.present.conference.judged import published_targets, single_areas
from kgeval.present.labels import Labels, labels
from kgeval.present.measure import Measure, number_of, text_of, word_of
from kgeval.present.numbers import Numbers
from kgeval.present.phrase import raised
from kgeval.present.prose import change_sentences, target_sentences
from kgeval.present.published import is_census, main, plain
from kgeval.present.reading_order import in_reading_order
from kgeval.present.result import census_count, interval_cell, measure_beside, statistical_words, value_cell
from kgeval.present.results import Results
from kgeval.present.style import colour, verdict_colour

_RESOURCES = files("kgeval.present") / "resources" / "handout"
_POLICY = (
    "default-src 'none'; script-src '{script}'; style-src '{style}'; img-src data:; base-uri 'none'; "
    "form-action 'none'"
)
_DRAWN = ("share", "mean", "ratio")
_BOX = (1000, 700)


def handout(results: Results, *, boundaries: Boundaries | None = None, file: str = "results.csv") -> str:
    """Return the page: cards, dot-and-whisker, map of verdicts, table and CSV, by area.

    Parameters
    ----------
    results
        All areas of a run.
    boundaries
        The areas' boundaries; None: the map is a schema of tiles.
    file
        The name that the downloaded CSV gets.

    Notes
    -----
    The page's policy names the digests of its own script and style and allows nothing else; its data
    stand in a block that no markup can leave, and enter the page as text.
    """
    words = labels(results.lang)
    style = _colours() + (_RESOURCES / "page.css").read_text(encoding="utf-8")
    script = (_RESOURCES / "page.js").read_text(encoding="utf-8")
    content = {
        **{name: escape(words[f"handout.{name}"]) for name in _HEADINGS},
        "lang": words["html"],
        "policy": _POLICY.format(script=_digest(script), style=_digest(style)),
        "style": style,
        "script": script,
        "title": escape(word_of(results.study.title, results.lang)),
        "about": escape(_about(results, words)),
        "skip": escape(words["page.skip"]),
        "generated": escape(words["page.generated"]),
        "warnings": "".join(f'<p class="warning">{escape(text)}</p>' for text in _warnings(results, words)),
        "watermark": _watermark(results, words),
        "data": embedded(payload(results, boundaries=boundaries, file=file)),
    }
    template = (_RESOURCES / "page.html").read_text(encoding="utf-8")
    for name, text in content.items():  # the data last: nothing that they hold is filled in
        template = template.replace("{{" + name + "}}", text)
    return template


_HEADINGS = (
    "area", "target", "download", "print", "targets", "compared", "where", "table_heading", "notes",
    "no_script", "choose",
)  # fmt: skip


def payload(results: Results, *, boundaries: Boundaries | None = None, file: str = "") -> dict[str, Any]:
    """Return what the page's script draws from: published results alone, suppressed ones without a number."""
    words, study, lang = labels(results.lang), results.study, results.lang
    rows = published_targets(results)
    keys = list(dict.fromkeys(rows["indicator"]))
    by_key = {key: in_reading_order(rows[rows["indicator"] == key]) for key in keys}
    said = {(area, key): text for area in results.areas for key, text in _said(results.of(area)).items()}
    places = tile_places(results) or in_order(list(single_areas(results)))
    known = ("sample", "census", CHANGE, "no_average", "no_rank")
    return {
        "locale": words["office"],
        "whole": WHOLE,
        "file": file,
        "as_of": _as_of(results, words),
        "areas": [
            {"code": area, "name": results.place(area), "tile": places.get(area)}
            for area in results.areas or (WHOLE,)
        ],
        "targets": [_target(one, results, words) for one in by_key.values()],
        "drawn": [key for key, one in by_key.items() if one["kind"].iloc[0] in _DRAWN],
        "rows": [
            _row(row, words) | said.get((row["area"], key), {"said": "", "changed": ""})
            for key, one in by_key.items()
            for _, row in one.iterrows()
        ],
        "shapes": None if boundaries is None else _shapes(boundaries, single_areas(results)),
        "notes": [
            *caveats(study, lang, known),
            words.fill("chart.note_source", source=word_of(study.title, lang)),
            *_warnings(results, words),
        ],
        "words": {name: words[f"handout.{name}"] for name in ("interval", "n", "official", "nothing", "map")}
        | {"target": words["handout.aim"], "table": words["table.targets"], "columns": _columns(words)},
    }


def embedded(data: Any) -> str:
    """Return data as JSON that may stand between script tags: no character of it can end the block."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text


def _target(rows: pd.DataFrame, results: Results, words: Labels) -> dict[str, Any]:
    first = rows.iloc[0]
    target = results.study.indicator(first["indicator"]).target
    named = word_of(target.label, results.lang) if target is not None else ""
    measured = f"{first['label']} ({measure_words(first, words)}); {first['round_label']}"
    return {
        "key": first["indicator"],
        "label": named or first["label"],
        "share": first["kind"] == "share",
        "finding": verdict_title(rows, results.study, words),
        "measured": measured,
        "remarks": result_remarks(rows, words),
    }


def _row(row: pd.Series, words: Labels) -> dict[str, Any]:
    measure, census = measure_beside(row), is_census(row)
    limits = ("missing_low", "missing_high") if census else ("low", "high")
    low, high = (_drawn(row, column, measure) for column in limits)
    shown = number_of(row, "value") is not None
    return {
        "target": row["indicator"],
        "area": row["area"],
        "code": row["outcome"],
        "counted": census,
        "at": _drawn(row, "value", measure),
        "low": low if shown else None,
        "high": high if shown else None,
        "aimed": _drawn(row, "target", measure),
        "value": value_cell(row),
        "interval": interval_cell(row) if number_of(row, "low") is not None else "",
        "large": measure.value(number_of(row, "value")) if census_count(row) else value_cell(row),
        "also": census_count(row),
        "aim": measure.exact(number_of(row, "target")),
        "n": "" if number_of(row, "n") is None else Numbers(lang=words.lang).number(row["n"], 0),
        "official": words[f"verdict.official.{text_of(row, 'official')}"] if text_of(row, "official") else "",
        "verdict": _verdict(row, words),
    }


def _verdict(row: pd.Series, words: Labels) -> str:
    if row["outcome"] in ("suppressed", "not_estimable"):
        return words[f"verdict.chart.{row['outcome']}"]
    return statistical_words(row, words)


def _drawn(row: pd.Series, column: str, measure: Measure) -> float | None:
    number = number_of(row, column)
    return None if number is None else round(number * measure.scale, 6)


def _said(own: Results) -> dict[str, dict[str, str]]:
    """Return what is said of each target of one area: of its result, and of its change."""
    study, lang = own.study, own.lang
    judged = own.verdicts[(own.verdicts["variant"] == MAIN) & own.verdicts["target"].notna()]
    rows = main(own.endline)
    rows = rows[rows["indicator"].isin(set(judged["indicator"]))]
    results = target_sentences(rows, judged, study, lang).paragraphs
    changes = main(plain(own.changes))
    changes = changes[changes["indicator"].isin(set(judged["indicator"]))]
    changed = dict(zip(changes["indicator"], change_sentences(changes, study, lang).paragraphs, strict=False))
    return {
        key: {"said": said, "changed": changed.get(key, "")}
        for key, said in zip(rows["indicator"], results, strict=True)
    }


def _shapes(boundaries: Boundaries, codes: tuple[str, ...]) -> dict[str, Any]:
    placed = projected({code: boundaries[code] for code in codes}, *_BOX)
    drawn = {
        code: [[(round(x), round(_BOX[1] - y)) for x, y in ring] for ring in rings]
        for code, rings in placed.items()
    }
    return {
        "box": _BOX,
        "paths": {
            code: "".join("M" + " ".join(f"{x},{y}" for x, y in ring) + "z" for ring in rings)
            for code, rings in drawn.items()
        },
        "middles": {code: _middle(max(rings, key=len)) for code, rings in drawn.items()},
    }


def _middle(ring: list[tuple[int, int]]) -> tuple[int, int]:
    return round(sum(x for x, _ in ring) / len(ring)), round(sum(y for _, y in ring) / len(ring))


def _columns(words: Labels) -> dict[str, str]:
    named = {
        "area": "place", "label": "target_label", "aim": "plan", "value": "done", "interval": "interval",
        "official": "official", "verdict": "statistical", "n": "n",
    }  # fmt: skip
    return {key: words[f"column.{name}"] for key, name in named.items()}


def _about(results: Results, words: Labels) -> str:
    parts = (word_of(results.study.phase, results.lang), _as_of(results, words).rstrip("."))
    about = "; ".join(part for part in parts if part)
    return raised(about)  # a phase is named for the middle of a sentence


def _as_of(results: Results, words: Labels) -> str:
    day = results.study.data_as_of
    if day is None:
        return words["table.as_of_unknown"]
    return words.fill("table.as_of", date=Numbers(lang=results.lang).date(day))


def _warnings(results: Results, words: Labels) -> list[str]:
    banner = word_of(results.study.banner, results.lang)
    return [text for text in (words["caveat.synthetic"] if results.synthetic else "", banner) if text]


def _watermark(results: Results, words: Labels) -> str:
    text = escape(words["page.watermark"])
    return f'<div class="watermark" aria-hidden="true">{text}</div>' if results.synthetic else ""


def _colours() -> str:
    named = {name: colour(name) for name in ("ink", "muted", "grid", "rule", "watermark", "to_round")}
    named |= {outcome: verdict_colour(outcome) for outcome in ("met", "not_met", "unclear")}
    return ":root {" + "".join(f" --{name}: {tint};" for name, tint in named.items()) + " }\n"


def _digest(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode("utf-8")).digest()).decode("ascii")
