"""Draws of texts, identities, days, hours, and of what other records already answered."""

from __future__ import annotations

import string
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from kgeval.plan.expression import Expression
from kgeval.plan.toml import Block
from kgeval.simulate.dial import Settings
from kgeval.simulate.draw import Scene, holds

_OPENS, _CLOSES = "opens", "closes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One of the given texts; in a text every ``#`` becomes a random digit."""

    texts: tuple[str, ...]

    def __call__(self, scene: Scene) -> pd.Series:
        """Draw."""
        picked = [self.texts[place] for place in scene.rng.integers(len(self.texts), size=len(scene.rows))]
        return pd.Series([_digits(text, scene.rng) for text in picked], index=scene.rows.index, dtype="str")


def _digits(text: str, rng: np.random.Generator) -> str:
    if "#" not in text:
        return text
    return "".join(str(rng.integers(10)) if letter == "#" else letter for letter in text)


def read_text(block: Block, _: Settings) -> Text:
    """Read ``{ text = ["…", "…"] }``."""
    texts = block.texts("text")
    if not texts:
        block.fault("'text' holds at least one text")
    return Text(texts=texts or ("",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A code such as ``{area}-C{serial:02d}``: columns of the record, and its number within ``within``.

    Without ``within`` the numbers run through the whole study.
    """

    pattern: str
    within: str
    start: int

    def __call__(self, scene: Scene) -> pd.Series:
        """Make one code a record, numbered in the order of the records."""
        rows = scene.rows
        within = rows[self.within] if self.within else pd.Series(0, index=rows.index)
        serial = rows.groupby(within, sort=False).cumcount() + self.start
        named = [
            name for _, name, _, _ in string.Formatter().parse(self.pattern) if name and name != "serial"
        ]
        columns = {name: rows[name].tolist() for name in named}
        codes = [
            self.pattern.format(serial=number, **{name: values[place] for name, values in columns.items()})
            for place, number in enumerate(serial.tolist())
        ]
        return pd.Series(codes, index=rows.index, dtype="str")


def read_identity(block: Block, _: Settings) -> Identity:
    """Read ``{ id = "{area}-C{serial:02d}", within = "area", start = 1 }``."""
    return Identity(
        pattern=block.need("id"), within=block.text("within", "area"), start=block.take("start", int, 1)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Compute:
    """What an expression makes of the record's other answers."""

    expression: Expression

    def __call__(self, scene: Scene) -> pd.Series:
        """Compute."""
        values = self.expression.values(scene.rows)
        if values.dtype == "boolean":
            return values.map({True: "1", False: "0"}).astype("str")
        return values


def read_compute(block: Block, _: Settings) -> Compute | Text:
    """Read ``{ compute = "expression" }``."""
    expression = block.expression("compute")
    return Text(texts=("",)) if expression is None else Compute(expression=expression)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """The answer ``column`` of a record of another ``unit``, same round and area.

    Only records where ``where`` holds can be picked, with a chance in proportion to ``weight``;
    missing where there is none.
    """

    unit: str
    column: str
    where: Expression | None
    weight: str

    def __call__(self, scene: Scene) -> pd.Series:
        """Draw."""
        others = scene.units[self.unit]
        if self.where is not None:
            others = others[holds(self.where, others)]
        answers = np.full(len(scene.rows), None, dtype=object)
        pools = others.groupby(["round", "area"], sort=False).indices
        for cell, places in scene.rows.groupby(["round", "area"], sort=False).indices.items():
            if cell not in pools:
                continue
            pool = others.iloc[pools[cell]]
            weight = (
                pool[self.weight].to_numpy(dtype="float64", na_value=0.0)
                if self.weight
                else np.ones(len(pool))
            )
            if weight.sum() > 0:
                chosen = scene.rng.choice(len(pool), size=len(places), p=weight / weight.sum())
                answers[places] = pool[self.column].to_numpy(dtype=object)[chosen]
        return pd.Series(answers, index=scene.rows.index, dtype="str")


def read_pick(block: Block, _: Settings) -> Pick:
    """Read ``{ pick = { unit = "…", column = "…", where = "…", weight = "…" } }``."""
    inner = block.block("pick")
    inner.only({"unit", "column", "where", "weight"})
    return Pick(
        unit=inner.need("unit"),
        column=inner.need("column"),
        where=inner.expression("where"),
        weight=inner.text("weight"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A day to count from: a date, the opening or closing of the round's fieldwork, or another answer."""

    fixed: date | None = None
    window: str = ""
    column: str = ""
    days: int = 0

    def on(self, scene: Scene) -> pd.Series:
        """Return the day of each record."""
        rows = scene.rows
        if self.column:
            days = rows[self.column]
        elif self.window:
            place = 0 if self.window == _OPENS else 1
            days = rows["round"].map({key: pd.Timestamp(both[place]) for key, both in scene.windows.items()})
        else:
            days = pd.Series(pd.Timestamp(str(self.fixed)), index=rows.index)
        moment: pd.Series = days.astype("datetime64[us]") + pd.Timedelta(days=self.days)
        return moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day from the first to the last moment, both included, each as likely; never after the last."""

    first: Moment
    last: Moment

    def __call__(self, scene: Scene) -> pd.Series:
        """Draw."""
        first, last = self.first.on(scene), self.last.on(scene)
        span = np.maximum((last - first).dt.days.fillna(0).to_numpy(), 0)
        days = np.floor(scene.rng.random(len(span)) * (span + 1))
        drawn: pd.Series = first + pd.to_timedelta(days, unit="D")
        return drawn.where(drawn <= last, last).astype("datetime64[us]")


def read_day(block: Block, _: Settings) -> Day:
    """Read ``{ day = { from = …, to = … } }``: a date, "opens", "closes", ``{ of = "column", days = n }``."""
    inner = block.block("day")
    inner.only({"from", "to"})
    return Day(first=_moment(inner, "from"), last=_moment(inner, "to"))


def _moment(block: Block, key: str) -> Moment:
    value = block.content.get(key)
    if isinstance(value, date):
        return Moment(fixed=value)
    if value in (_OPENS, _CLOSES):
        return Moment(window=str(value))
    if isinstance(value, dict):
        inner = block.block(key)
        inner.only({"of", "days"})
        of = inner.need("of")
        days = inner.take("days", int, 0)
        return Moment(window=of, days=days) if of in (_OPENS, _CLOSES) else Moment(column=of, days=days)
    block.fault(f'{key!r} is a date, {_OPENS!r}, {_CLOSES!r} or {{ of = "column", days = 0 }}')
    return Moment(window=_OPENS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """A time of day as ``HH:MM``, in steps of minutes."""

    first: int
    last: int
    step: int

    def __call__(self, scene: Scene) -> pd.Series:
        """Draw."""
        steps = scene.rng.integers(0, (self.last - self.first) // self.step + 1, size=len(scene.rows))
        minutes = self.first + steps * self.step
        return pd.Series(
            [f"{minute // 60:02d}:{minute % 60:02d}" for minute in minutes.tolist()],
            index=scene.rows.index,
            dtype="str",
        )


def read_hour(block: Block, _: Settings) -> Hour:
    """Read ``{ hour = { from = "05:30", to = "07:00", step = 15 } }``."""
    inner = block.block("hour")
    inner.only({"from", "to", "step"})
    step = max(inner.take("step", int, 15), 1)
    return Hour(first=_minutes(inner, "from"), last=_minutes(inner, "to"), step=step)


def _minutes(block: Block, key: str) -> int:
    hours, _, minutes = block.need(key).partition(":")
    if not (hours.isascii() and hours.isdigit() and minutes.isascii() and minutes.isdigit()):
        block.fault(f"{key!r} is a time such as 05:30")
        return 0
    return int(hours) * 60 + int(minutes)
