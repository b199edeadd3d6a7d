"""What a notebook has on its desk: the study, the delivered files, the store, the area, the language."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from kgeval.errors import ParameterError
from kgeval.plan.area import WHOLE, Area
from kgeval.plan.study import GUARDED, Study, read_study
from kgeval.store import (
    SYNTHETIC,
    Provenance,
    Store,
    fingerprint,
    fingerprints,
    text_storage,
    versions,
)

REVIEW = "build/review"  # where `make review` puts the example


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One piece of work: one area (``None``: the whole), in one language.

    ``place`` is the folder of what it writes, the area's key or ``all``; ``synthetic`` says that
    the data are simulated, so that everything made of them carries the watermark. ``delivered`` is the
    provenance of what is made of the delivered files themselves.
    """

    study: Study
    data: Path
    store: Store
    area: Area | None
    lang: str
    synthetic: bool
    delivered: Provenance = field(repr=False)

    @property
    def place(self) -> str:
        """The folder of what this session writes: the area's key, or ``all``."""
        return WHOLE if self.area is None else self.area.key

    @property
    def provenance(self) -> Provenance:
        """What is written now is made of: the tables read so far, else the delivered files.

        A table says in its own provenance what it was made of. Where only the delivered files changed and
        a table's values did not, what is made of it stays the same to the byte, and need not be made again.
        """
        return replace(self.delivered, inputs=dict(self.store.seen) or self.delivered.inputs)

    @property
    def code(self) -> str:
        """The area's code as results hold it, or ``all``."""
        return WHOLE if self.area is None else self.area.code

    @property
    def name(self) -> str:
        """The area's name in the session's language."""
        return self.study.area_label(self.code, self.lang)

    @property
    def area_keys(self) -> tuple[str, ...]:
        """The folders of all areas, in the study's order."""
        return tuple(area.key for area in self.study.areas)

    def write(self, name: str, frame: pd.DataFrame) -> Path:
        """Write a table below the session's place, e.g. ``"results/estimates"``; its index is dropped."""
        return self.store.write(f"{self.place}/{name}", frame.reset_index(drop=True), self.provenance)

    def write_files(self, folder: str, files: dict[str, bytes]) -> None:
        """Write the files of charts below the session's place."""
        self.store.write_files(f"{self.place}/{folder}", files, self.provenance)

    def read(self, name: str) -> pd.DataFrame:
        """Read a table of the session's place."""
        return self.store.read(f"{self.place}/{name}")

    def read_if_there(self, name: str) -> pd.DataFrame:
        """Read a table of the session's place; an empty frame where the study has no such results."""
        there = self.store.exists(f"{self.place}/{name}")
        return self.read(name) if there else pd.DataFrame()

    def gather_if_there(self, name: str) -> pd.DataFrame:
        """Read the parts of this place and of all areas, one below the other; empty where there are none."""
        places = [self.place, *self.area_keys]
        return self.store.gather(name, places) if self.store.anywhere(name, places) else pd.DataFrame()

    def write_all(self, frames: Mapping[str, pd.DataFrame]) -> None:
        """Write several tables below the session's place."""
        for name, frame in frames.items():
            self.write(name, frame)

    def tables(self, *, before: bool = False) -> dict[str, pd.DataFrame]:
        """Read the clean tables of the whole study: an area is a domain of them.

        With ``before``, the same records as decoding left them, before corrections and checks.

        An optional table that was not delivered is left out. Answers of class restricted, which composites
        need, come back from the restricted store for the computation alone.
        """
        return {
            key: self._whole(key, "before_corrections" if before else "clean")
            for key, table in self.study.tables.items()
            if not table.optional or self.store.anywhere(f"clean/{key}", self.area_keys)
        }

    def _whole(self, key: str, state: str) -> pd.DataFrame:
        records, guarded = self.gather(f"{state}/{key}"), f"restricted/{key}{GUARDED}"
        if not self.store.anywhere(guarded, self.area_keys):
            return records
        return records.merge(self.gather(guarded), on="rid", how="left", validate="one_to_one")

    def results(self, *, areas: bool = False) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        """Read estimates, changes and verdicts of this place, with those of all areas if asked."""
        places = [*self.area_keys, self.place] if areas else [self.place]
        estimates, changes, verdicts = (
            self.store.gather(f"results/{name}", places) for name in ("estimates", "changes", "verdicts")
        )
        return estimates, changes, verdicts

    def gather(self, name: str) -> pd.DataFrame:
        """Read the parts of all areas, one below the other; an area that failed is left out."""
        return self.store.gather(name, self.area_keys)

    def absent(self, name: str) -> tuple[str, ...]:
        """Return the names of the areas whose part is not there, to be said beside every total."""
        keys = self.store.absent(name, self.area_keys)
        return tuple(self.study.area_label(key, self.lang) for key in keys)


def start(*, study: str, data: str, out: str, area: str = WHOLE, lang: str = "vi") -> Session:
    """Lay everything that a notebook needs on its desk.

    Parameters
    ----------
    study, data, out
        The folders of the study, of the delivered files, and of what is made. An empty ``out`` is
        ``build/review`` here or in the nearest folder above that has one, so that a notebook opened in
        its folder and papermill started in the checkout find the same. Where ``study`` or ``data`` is
        empty, the last run into ``out`` says which they were.
    area
        The code or key of an area, or ``all``.
    lang
        One of the study's languages.

    Returns
    -------
    Session
        The study, the store below ``out``, the area (None: the whole), the language, and what everything
        made here is made of. Nothing of the data is read yet but the files' fingerprints.

    Raises
    ------
    ParameterError
        A folder that is not there, an area or a language that the study does not have.
    StudyError
        The study's definition is not sound; one line a fault.
    """
    out = out or _nearest_review()
    study, data = _as_last_run(study, data, Path(out))
    plan = read_study(study)
    lang = plan.spoken(lang)
    folder = Path(data)
    if not folder.is_dir():
        raise ParameterError(
            f"there is no data folder {data!r}; name the folder that holds the delivered files"
        )
    chosen = plan.area(area)
    pd.set_option("mode.string_storage", text_storage(folder))
    return Session(
        study=plan,
        data=folder,
        store=Store(Path(out)),
        area=chosen,
        lang=lang,
        synthetic=(folder / SYNTHETIC).is_file(),
        delivered=Provenance(
            study=plan.key,
            study_sha256=fingerprint(plan.folder),
            inputs=fingerprints(folder),
            parameters={"area": WHOLE if chosen is None else chosen.code, "lang": lang},
            versions=versions(),
        ),
    )


def _nearest_review() -> str:
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / REVIEW / "run.json").is_file():
            return Path(os.path.relpath(folder / REVIEW)).as_posix()
    return REVIEW


def _as_last_run(study: str, data: str, out: Path) -> tuple[str, str]:
    if study and data:
        return study, data
    run: dict[str, Any] = {}
    if (out / "run.json").is_file():
        run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    # What the last run names lies relative to its output folder.
    found = {
        name: given or (str(out / run[name]) if name in run else "")
        for name, given in (("study_folder", study), ("data_folder", data))
    }
    if not all(found.values()):
        raise ParameterError(
            "set the parameters study and data to the study's folder and the folder of the delivered files; "
            f"they may stay empty only after a first `kgeval run` into {str(out)!r}"
        )
    return found["study_folder"], found["data_folder"]
