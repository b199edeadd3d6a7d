"""One table of a study: its form, which delivered files hold it, its rounds, its areas, its sample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from kgeval.plan.form import Form
from kgeval.plan.sample import Rounds, SampleDesign, SingleCluster
from kgeval.plan.toml import Block

ADDED = ("rid", "round", "area")  # columns that cleaning gives to every table


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundRule:
    """How a record's round is known: from a ``column``'s raw value, or from the file's name.

    ``values`` maps raw text to the round's key, ``files`` maps the round's key to file patterns.
    With neither, every record belongs to every round (a register that spans the phase), and
    ``always`` names the round that it is kept under.
    """

    column: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    always: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaRule:
    """How a record's area is known; exactly one of the three is given.

    ``column`` holds its code or a spelling of its name; ``prefix`` names a column whose part before
    the first ``-`` is the code; ``link`` is (table, column): the area of the record pointed to.

    ``values`` maps raw answers of ``column`` to an area's code, or to ``all`` for what belongs to the
    whole (a provincial office); ``otherwise`` is where answers belong that are not named.
    """

    column: str = ""
    prefix: str = ""
    link: tuple[str, str] | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    otherwise: str = ""

    @property
    def spelled(self) -> bool:
        """Whether the column holds spellings of areas, to be read as such."""
        return bool(self.column) and not self.values and not self.otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the study declares of its files where they do not say it themselves; None: not declared."""

    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    date_order: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    header_rows: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of the study: one row is one ``unit``.

    ``files`` are glob patterns below the data folder. ``key_columns`` name one record within a
    round and an area. An ``optional`` table may stay undelivered: then nothing is said of it.
    ``forms`` holds the forms of rounds that asked otherwise, by round: they tell which indicators can be
    compared; the records of all rounds are read by ``form``.
    """

    key: str
    label: Mapping[str, str]
    unit: Mapping[str, str]
    form: Form
    files: tuple[str, ...]
    round: RoundRule
    area: AreaRule
    reading: Reading
    key_columns: tuple[str, ...]
    design: SampleDesign
    optional: bool = False
    forms: Mapping[str, Form] = field(default_factory=dict)


def table(
    block: Block, key: str, form: Form, languages: tuple[str, ...], *, forms: Mapping[str, Form] | None = None
) -> Table:
    """Build a table from its block of ``study.toml`` and its form; faults go to the block's list."""
    block.only({"label", "unit", "form", "forms", "files", "round", "area", "reading", "design", "optional"})
    files = block.texts("files")
    if not files:
        block.fault("'files' is missing: the patterns of the delivered files, e.g. [\"mothers_*.csv\"]")
    round_rule = _round(block.block("round"))
    return Table(
        key=key,
        label=block.words("label", languages),
        unit=block.words("unit", languages),
        form=form,
        files=files,
        round=round_rule,
        area=_area(block.block("area")),
        reading=_reading(block.block("reading")),
        key_columns=tuple(name for name in form.record_key if name != round_rule.column),
        design=_design(block.block("design")),
        optional=bool(block.take("optional", bool, False)),
        forms=dict(forms or {}),
    )


def _round(block: Block) -> RoundRule:
    block.only({"column", "values", "files", "always"})
    raw = _by_answer(block.take("values", dict, {}))
    files = {
        round_key: (patterns,) if isinstance(patterns, str) else tuple(patterns)
        for round_key, patterns in block.take("files", dict, {}).items()
    }
    rule = RoundRule(column=block.text("column"), values=raw, files=files, always=block.text("always"))
    if sum(map(bool, (rule.column, rule.files, rule.always))) != 1:
        block.fault("says how the round is known: 'column' with 'values', or 'files', or 'always'")
    return rule


def _by_answer(answers: Mapping[str, Any]) -> dict[str, str]:
    """Turn ``{ meaning = raw or [raw, ...] }`` around: raw text to what it means."""
    return {
        str(text): meaning
        for meaning, texts in answers.items()
        for text in (texts if isinstance(texts, list) else [texts])
    }


def _area(block: Block) -> AreaRule:
    block.only({"column", "prefix", "link", "values", "otherwise"})
    link = block.block("link") if "link" in block.content else None
    rule = AreaRule(
        column=block.text("column"),
        prefix=block.text("prefix"),
        link=(link.need("table"), link.need("by")) if link else None,
        values=_by_answer(block.take("values", dict, {})),
        otherwise=block.text("otherwise"),
    )
    if sum(map(bool, (rule.column, rule.prefix, rule.link))) != 1:
        block.fault("says how the area is known: exactly one of 'column', 'prefix' and 'link'")
    return rule


def _reading(block: Block) -> Reading:
    block.only({"encoding", "delimiter", "decimal", "date_order", "sheet", "header_row", "header_rows"})
    return Reading(
        encoding=block.text("encoding") or None,
        delimiter=block.text("delimiter") or None,
        decimal=block.choice("decimal", ("", ",", "."), "") or None,
        date_order=block.choice("date_order", ("", "dmy", "mdy", "ymd"), "") or None,
        sheet=block.text("sheet") or None,
        header_row=block.take("header_row", int, None),
        header_rows=block.take("header_rows", int, None),
    )


def _design(block: Block) -> SampleDesign:
    block.only(
        {"weight", "cluster", "stratum", "population", "census", "single_cluster", "df", "icc", "rounds"}
    )
    df = block.take("df", (str, int, float), "domain")
    if isinstance(df, str) and df not in {"domain", "design"}:
        block.fault('df is "domain", "design" or a number')
        df = "domain"
    icc = block.number("icc")
    return SampleDesign(
        weight=block.text("weight") or None,
        cluster=_stages(block, "cluster"),
        stratum=_stages(block, "stratum"),
        population=_stages(block, "population"),
        census=bool(block.take("census", bool, False)),
        single_cluster=cast(
            "SingleCluster",
            block.choice("single_cluster", ("fail", "adjust", "average", "remove", "certainty"), "fail"),
        ),
        df=df,
        icc=0.05 if icc is None else icc,
        rounds=cast(
            "Rounds", block.choice("rounds", ("same_clusters", "independent", "partial"), "same_clusters")
        ),
    )


def _stages(block: Block, key: str) -> str | tuple[str, ...] | None:
    columns = block.texts(key)
    if not columns:
        return None
    return columns[0] if len(columns) == 1 else columns
