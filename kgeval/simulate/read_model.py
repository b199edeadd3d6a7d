"""``simulation.toml`` read as a model, with the full list of its faults."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal, cast

from kgeval.errors import StudyError
from kgeval.plan.study import Study
from kgeval.plan.toml import Block, read_toml
from kgeval.simulate.answer import Answer, Case, read_answer
from kgeval.simulate.choices import read_choose
from kgeval.simulate.dial import Settings
from kgeval.simulate.disagreement import read_disagreement
from kgeval.simulate.fault import known_faults
from kgeval.simulate.model import AREA, STUDY, Delivery, Lasting, Letterhead, Model, Sampling, Unit

MODEL_FILE = "simulation.toml"


def read_model(study: Study) -> Model:
    """Read the simulation of a study.

    Raises
    ------
    StudyError
        With one line for every fault that was found.
    """
    path = study.folder / MODEL_FILE
    faults: list[str] = []
    model = _model(Block(MODEL_FILE, read_toml(path, faults), faults), study)
    faults.extend(_cross_faults(model, study))
    if faults:
        raise StudyError(faults)
    return model


def _model(top: Block, study: Study) -> Model:
    top.only(
        {"watermark", "units", "lists", "sampling", "deliver", "letterhead", "dirt", "only", "words",
         "disagreements"}
    )  # fmt: skip
    settings = Settings(
        rounds=tuple(round_.key for round_ in study.rounds), areas=tuple(area.code for area in study.areas)
    )
    units, lists, deliveries = top.block("units"), top.block("lists"), top.block("deliver")
    dirt, only, words = top.block("dirt"), top.block("only"), top.block("words")
    dirt.only(known_faults())
    only.only(known_faults())
    return Model(
        watermark=top.need("watermark"),
        units=tuple(_unit(units.block(key), key, settings) for key in units.content),
        lists={
            name: Case(
                when=None,
                draw=read_choose(Block(f"{lists.where} {name}", {"choose": parts}, top.faults), settings),
            )
            for name, parts in lists.content.items()
        },
        sampling=_sampling(top.block("sampling"), settings) if "sampling" in top.content else None,
        deliveries=tuple(_delivery(deliveries.block(key), key, study) for key in deliveries.content),
        letterhead=_letterhead(top.block("letterhead")),
        dirt={name: dirt.number(name) or 0.0 for name in dirt.content},
        only={name: only.texts(name) for name in only.content},
        words={name: words.texts(name) for name in words.content},
        disagreements=tuple(read_disagreement(block, study) for block in top.blocks("disagreements")),
    )


def _unit(block: Block, key: str, settings: Settings) -> Unit:
    block.only({"within", "count", "rounds", "turnover", "where", "absent", "answers", "after"})
    return Unit(
        key=key,
        within=block.text("within", AREA),
        count=_count(block, settings),
        lasting=cast("Lasting", block.choice("rounds", ("same", "new", "turnover"), "same")),
        turnover=block.number("turnover") or 0.0,
        where=block.expression("where"),
        absent=block.expression("absent"),
        answers=_answers(block.block("answers"), settings),
        after=_answers(block.block("after"), settings),
    )


def _answers(block: Block, settings: Settings) -> tuple[Answer, ...]:
    return tuple(
        replace(read_answer(block, names, settings), name=name)
        for names in block.content
        for name in names.split()  # several questions that are drawn alike share one line
    )


def _count(block: Block, settings: Settings) -> Answer:
    value = block.content.get("count", 1)
    draws = isinstance(value, dict) and not set(value) & {*settings.rounds, *settings.areas}
    # a plain number, or one a round or area, is the poorest of distributions: always its mean
    spec = value if draws else {"normal": {"mean": value, "sd": 0}}
    return read_answer(Block(block.where, {"count": spec}, block.faults), "count", settings)


def _sampling(block: Block, settings: Settings) -> Sampling:
    block.only({"unit", "column", "clusters", "take"})
    clusters, take = block.block("clusters"), block.block("take")
    if set(clusters.content) != set(settings.areas):
        clusters.fault(f"holds the number of clusters of each area: {', '.join(settings.areas)}")
    return Sampling(
        unit=block.need("unit"),
        column=block.need("column"),
        clusters={area: clusters.take(area, int, 0) for area in clusters.content},
        take={
            table: None if take.content[table] == "all" else take.take(table, int, 0)
            for table in take.content
        },
    )


def _delivery(block: Block, key: str, study: Study) -> Delivery:
    block.only({"style", "file", "notation", "language", "leave_out", "totals"})
    return Delivery(
        table=key,
        style=cast(
            "Literal['kobo', 'csv', 'workbook']", block.choice("style", ("kobo", "csv", "workbook"), "csv")
        ),
        file=block.need("file"),
        notation=cast("Literal['codes', 'labels']", block.choice("notation", ("codes", "labels"), "codes")),
        language=block.text("language", study.languages[0]),
        leave_out=block.texts("leave_out"),
        totals=block.texts("totals"),
    )


def _letterhead(block: Block) -> Letterhead:
    block.only({"sheet", "above", "number_column", "subtotal", "below", "hidden_column"})
    return Letterhead(
        sheet=block.text("sheet", "Sheet1"),
        above=block.texts("above"),
        number_column=block.text("number_column", "No."),
        subtotal=block.text("subtotal"),
        below=block.texts("below"),
        hidden_column=block.text("hidden_column"),
    )


def _cross_faults(model: Model, study: Study) -> list[str]:
    made: list[str] = [STUDY, AREA]
    faults = []
    for unit in model.units:
        if unit.within not in made:
            faults.append(f"{MODEL_FILE} units {unit.key}: there is no unit {unit.within!r} before it")
        made.append(unit.key)
    for delivery in model.deliveries:
        where = f"{MODEL_FILE} deliver {delivery.table}"
        if delivery.table not in study.tables or delivery.table not in made:
            faults.append(f"{where}: it must be a table of the study and a unit of the model")
        elif Path(delivery.file).name != delivery.file:
            faults.append(f"{where}: 'file' is a name without folders")
        if delivery.language not in study.languages:
            faults.append(f"{where}: 'language' is one of {', '.join(study.languages)}")
    if model.sampling is not None:
        faults += [
            f"{MODEL_FILE} sampling: {name!r} must be a unit of the model and a table of the study"
            for name in model.sampling.take
            if name not in made or name not in study.tables
        ]
        if model.sampling.unit not in made:
            faults.append(f"{MODEL_FILE} sampling: there is no unit {model.sampling.unit!r}")
    return faults
