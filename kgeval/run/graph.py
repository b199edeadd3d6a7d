"""Which notebook runs for which area, and what has to be over before it may start."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from kgeval.plan.area import WHOLE
from kgeval.run.notebook import Notebook

Status = Literal["done", "unchanged", "failed", "skipped", "interrupted"]
GOOD: tuple[Status, ...] = ("done", "unchanged")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """For whom a notebook runs: the area's code, and the key that names its folder."""

    code: str
    key: str


EVERYWHERE = Place(code=WHOLE, key=WHOLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One notebook for one area.

    ``needs`` must have gone well, one of ``needs_one`` as well if there are any, and all of
    ``after`` must be over, well or not. All three hold keys of jobs.
    """

    notebook: Notebook
    place: Place
    needs: tuple[str, ...] = ()
    needs_one: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Return what names the job: ``<area key>.20_estimate``."""
        return f"{self.place.key}.{self.notebook.name}"

    @property
    def waits_for(self) -> frozenset[str]:
        """Return every job that has to be over."""
        return frozenset((*self.needs, *self.needs_one, *self.after))


def graph(
    notebooks: Sequence[Notebook], areas: Sequence[Place], *, only: Collection[str] = ()
) -> tuple[Job, ...]:
    """Return the jobs in an order in which each stands behind what it waits for.

    Parameters
    ----------
    notebooks
        In the order of their numbers.
    areas
        All areas of the study, in its order.
    only
        Codes of the areas asked for; none means all, and the whole. An estimate for an area is a
        domain of the whole design, so what such a job reads of the whole study is made for all.
    """
    jobs: dict[str, Job] = {}
    for notebook in notebooks:
        for place in _places(notebook, areas):
            job = _job(notebook, place, jobs.values())
            jobs[job.key] = job
    wanted = [job.key for job in jobs.values() if not only or job.place.code in only]
    kept = _with_causes(wanted, jobs)
    return tuple(job for key, job in jobs.items() if key in kept)


def ready(jobs: Iterable[Job], statuses: Mapping[str, Status]) -> list[Job]:
    """Return the jobs that may start: not yet over, and everything they wait for is."""
    return [job for job in jobs if job.key not in statuses and job.waits_for <= statuses.keys()]


def hindrance(job: Job, statuses: Mapping[str, Status]) -> str:
    """Return the key of the job without which this one cannot run, or an empty string."""
    for key in job.needs:
        if statuses[key] not in GOOD:
            return key
    if job.needs_one and not any(statuses[key] in GOOD for key in job.needs_one):
        return job.needs_one[0]
    return ""


def _places(notebook: Notebook, areas: Sequence[Place]) -> tuple[Place, ...]:
    if notebook.runs == "once":
        return (EVERYWHERE,)
    return (*areas, EVERYWHERE) if notebook.runs == "area and whole" else tuple(areas)


def _job(notebook: Notebook, place: Place, earlier: Iterable[Job]) -> Job:
    needs: list[str] = []
    needs_one: list[str] = []
    after: list[str] = []
    read = [job for job in earlier if job.notebook.name in notebook.reads]
    own = {(job.notebook.name, job.place.code) for job in read}
    for job in read:
        name = job.notebook.name
        if job.place == place:
            needs.append(job.key)
        elif notebook.reads[name] == "whole" or job.notebook.runs == "once":
            # a district left out is named in the results; nothing at all cannot be worked on
            one_will_do = (name, place.code) not in own
            (needs_one if one_will_do else after).append(job.key)
    return Job(
        notebook=notebook, place=place, needs=tuple(needs), needs_one=tuple(needs_one), after=tuple(after)
    )


def _with_causes(wanted: Iterable[str], jobs: Mapping[str, Job]) -> frozenset[str]:
    kept: set[str] = set()
    waiting = list(wanted)
    while waiting:
        key = waiting.pop()
        if key not in kept:
            kept.add(key)
            waiting.extend(jobs[key].waits_for)
    return frozenset(kept)
