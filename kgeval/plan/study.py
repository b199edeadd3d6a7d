"""A study: what was asked, of whom, to reach what. A folder of data files, no code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from kgeval.errors import ParameterError, StudyError, UserError
from kgeval.plan.area import WHOLE, Area, read_areas
from kgeval.plan.comparability import marked
from kgeval.plan.comparison import Comparison, read_comparisons
from kgeval.plan.crosscheck import Crosschecks, read_crosschecks
from kgeval.plan.evaluation import Evaluation, read_evaluation
from kgeval.plan.field_plan import FILE as FIELD_PLAN
from kgeval.plan.field_plan import FieldPlan, read_field_plan
from kgeval.plan.form import Form, read_form
from kgeval.plan.indicator import MAIN, Indicator, read_indicators
from kgeval.plan.norm import Norms, read_norms
from kgeval.plan.panel import Panel, read_panels
from kgeval.plan.programme import Programme, read_programme
from kgeval.plan.research import FILE as RESEARCH
from kgeval.plan.research import Research, read_research
from kgeval.plan.soundness import cross_faults
from kgeval.plan.table import ADDED, Table, table
from kgeval.plan.toml import Block, read_toml

GUARDED = "_guarded"  # ends the name of a table's part in the restricted store
_FORM_SUFFIXES = (".md", ".xlsx", ".xls", ".csv")


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """A round of the survey; ``starts`` and ``ends`` are the window of its fieldwork, where declared."""

    key: str
    year: int
    label: Mapping[str, str]
    starts: date | None
    ends: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """Everything that a study folder says.

    ``banner`` is printed on every page (e.g. that the targets are illustrative); ``report`` is the
    free block of words for the written report; ``phase`` names the period under evaluation;
    ``comparisons`` and ``panels`` say, by table, who is held against whom and who is followed;
    ``programme`` is the plan line by line, ``crosschecks`` which forms must say the same;
    ``evaluation`` is what the evaluation owes its readers beside its numbers, ``research`` what its
    researchers ask; ``field_plan`` says what the columns stand for while data come in.
    """

    key: str
    folder: Path
    title: Mapping[str, str]
    phase: Mapping[str, str]
    banner: Mapping[str, str]
    languages: tuple[str, ...]
    area_level: Mapping[str, str]
    whole: Mapping[str, str]
    rounds: tuple[Round, ...]
    areas: tuple[Area, ...]
    tables: Mapping[str, Table]
    indicators: tuple[Indicator, ...]
    norms: Norms
    data_as_of: date | None
    comparisons: Mapping[str, Comparison] = field(default_factory=dict)
    panels: Mapping[str, Panel] = field(default_factory=dict)
    programme: Programme = field(default_factory=Programme)
    crosschecks: Crosschecks = field(default_factory=Crosschecks)
    report: Mapping[str, Any] = field(default_factory=dict)
    evaluation: Evaluation = field(default_factory=Evaluation)
    research: Research = field(default_factory=Research)
    field_plan: FieldPlan = field(default_factory=FieldPlan)

    @property
    def baseline(self) -> Round:
        """The first round."""
        return self.rounds[0]

    @property
    def endline(self) -> Round:
        """The last round."""
        return self.rounds[-1]

    @property
    def guarded(self) -> dict[str, tuple[str, ...]]:
        """Table → the questions of class restricted: their answers stay in the restricted store."""
        return {key: table.form.guarded for key, table in self.tables.items() if table.form.guarded}

    def spoken(self, lang: str | None) -> str:
        """Return this language, or the study's first where none is named.

        Raises
        ------
        ParameterError
            The study is not written in this language.
        """
        if lang and lang not in self.languages:
            raise ParameterError(
                f"the study speaks {', '.join(self.languages)}, not {lang!r}; choose one of them"
            )
        return lang or self.languages[0]

    def area(self, name: str) -> Area | None:
        """Return the area with this code or key; ``all`` is None: the whole study.

        Raises
        ------
        ParameterError
            No area has this code or key.
        """
        if name == WHOLE:
            return None
        for area in self.areas:
            if name in (area.code, area.key):
                return area
        known = [area.code for area in self.areas] + [area.key for area in self.areas]
        near = get_close_matches(name, known, n=1)
        listed = ", ".join(f"{area.code} ({area.key})" for area in self.areas)
        raise ParameterError(
            f"the study {self.key!r} has no area {name!r}; "
            + (f"did you mean {near[0]!r}? " if near else "")
            + f"areas are {listed}, or {WHOLE}"
        )

    def area_label(self, name: str, lang: str) -> str:
        """Return the name to print of the area with this code or key, or of the whole."""
        area = self.area(name)
        return self.whole[lang] if area is None else area.label[lang]

    def indicator(self, key: str, variant: str = MAIN) -> Indicator:
        """Return one definition of one indicator."""
        for indicator in self.indicators:
            if (indicator.key, indicator.variant) == (key, variant):
                return indicator
        raise ParameterError(
            f"the study {self.key!r} has no indicator {key!r} with variant {variant!r}; "
            f"indicators are {', '.join(dict.fromkeys(i.key for i in self.indicators))}"
        )

    def columns(self, table_key: str) -> frozenset[str]:
        """Return every column that the analysis of a table can name: answers, derived and added ones."""
        questions = {question.name for question in self.tables[table_key].form.questions}
        derived = {column.name for column in self.norms.derived if column.table == table_key}
        composites = {
            name
            for composite in self.norms.composites
            if composite.table == table_key
            for name in composite.columns
        }
        return frozenset(questions | derived | composites | {*ADDED})


def read_study(folder: str | Path) -> Study:
    """Read a study folder: what should be, before anything was delivered.

    Parameters
    ----------
    folder
        Holds ``study.toml`` and what it names: areas, forms, indicators, norms (docs/own-study.md).

    Returns
    -------
    Study
        The whole definition, checked: rounds, areas, tables with forms and sample designs, indicators with
        targets as shares from 0 to 1 or counts, norms, what the evaluation owes its readers.

    Raises
    ------
    StudyError
        With one line for every fault that was found, in all files at once.
    """
    study, faults = inspect_study(folder)
    if faults or study is None:
        raise StudyError(faults)
    return study


def inspect_study(folder: str | Path) -> tuple[Study | None, list[str]]:
    """Read a study folder and return it with the list of its faults; None where too little is there."""
    folder = Path(folder)
    faults: list[str] = []
    if not (folder / "study.toml").is_file():
        return None, [f"{folder} is no study: it holds no study.toml"]
    top = Block("study.toml", read_toml(folder / "study.toml", faults), faults)
    if not top.content:
        return None, faults
    study = _study(top, folder, faults)
    faults.extend(cross_faults(study))
    return study, faults


def _study(top: Block, folder: Path, faults: list[str]) -> Study:
    top.only(
        {"key", "title", "phase", "banner", "languages", "area_level", "whole", "rounds", "tables",
         "data_as_of", "comparison", "panel", "report"}
    )  # fmt: skip
    languages = top.texts("languages") or ("vi", "en")
    rounds = _rounds(top, languages)
    tables = _tables(top.block("tables"), folder, languages)
    norms = read_norms(folder / "norms.toml", languages, faults)
    indicators = read_indicators(folder / "indicators.toml", languages, faults)
    if rounds:
        indicators = marked(indicators, tables, norms, rounds[0].key)
    return Study(
        key=top.need("key"),
        folder=folder,
        title=top.words("title", languages),
        phase=top.words("phase", languages, needed=False),
        banner=top.words("banner", languages, needed=False),
        languages=languages,
        area_level=top.words("area_level", languages),
        whole=top.words("whole", languages),
        rounds=rounds,
        areas=read_areas(folder / "areas.csv", languages, faults),
        tables=tables,
        indicators=indicators,
        norms=norms,
        programme=read_programme(folder / "plan.toml", languages, faults),
        crosschecks=read_crosschecks(folder / "crosschecks.toml", languages, faults),
        data_as_of=top.day("data_as_of"),
        comparisons=read_comparisons(top.block("comparison"), languages),
        panels=read_panels(top.block("panel"), languages),
        report=top.take("report", dict, {}),
        evaluation=read_evaluation(folder, languages, faults),
        research=read_research(folder / RESEARCH, languages, faults),
        field_plan=read_field_plan(folder / FIELD_PLAN, faults),
    )


def _rounds(top: Block, languages: tuple[str, ...]) -> tuple[Round, ...]:
    blocks = top.block("rounds")
    if not blocks.content:
        blocks.fault("a study needs its rounds, the baseline first: [rounds.baseline], [rounds.endline]")
    rounds = []
    for key in blocks.content:
        block = blocks.block(key)
        block.only({"year", "label", "starts", "ends"})
        rounds.append(
            Round(
                key=key,
                year=block.take("year", int, 0),
                label=block.words("label", languages),
                starts=block.day("starts"),
                ends=block.day("ends"),
            )
        )
    return tuple(rounds)


def _tables(blocks: Block, folder: Path, languages: tuple[str, ...]) -> dict[str, Table]:
    if not blocks.content:
        blocks.fault("a study needs at least one table: [tables.<key>]")
    tables = {}
    for key in blocks.content:
        block = blocks.block(key)
        form = _form(block, folder, block.text("form", key))
        forms = {
            name: other
            for name in block.block("forms").content
            if (other := _form(block, folder, block.block("forms").text(name))) is not None
        }
        if form is not None:
            tables[key] = table(block, key, form, languages, forms=forms)
    return tables


def _form(block: Block, folder: Path, name: str) -> Form | None:
    path = _form_path(folder, name)
    if path is None:
        block.fault(f"there is no form {name!r} in forms/ ({', '.join(_FORM_SUFFIXES)})")
        return None
    try:
        return read_form(path)
    except UserError as error:
        block.fault(str(error))
        return None


def _form_path(folder: Path, name: str) -> Path | None:
    for suffix in _FORM_SUFFIXES:
        path = folder / "forms" / f"{name}{suffix}"
        if path.is_file():
            return path
    return None
