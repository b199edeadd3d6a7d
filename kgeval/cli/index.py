"""``index.html``: the first page of what a run leaves, with a link to everything else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from kgeval.plan.area import WHOLE
from kgeval.plan.study import Study
from kgeval.present.labels import Labels, labels, languages
from kgeval.present.page import Link, Section, index_page
from kgeval.run.graph import GOOD
from kgeval.run.job import JobResult, Setting
from kgeval.run.results import NAMES


def index(plan: Study, setting: Setting, results: Sequence[JobResult], *, titles: Mapping[str, str]) -> str:
    """Return the page; ``titles`` are the notebooks' titles by name.

    It lists what lies in the output folder, also what an earlier run left there.
    """
    words, lang = _words(setting.lang), setting.lang
    places = {WHOLE: WHOLE, **{area.key: area.code for area in plan.areas}}
    pages = {
        place: Section(
            title=plan.area_label(code, lang), text="", links=_pages(setting.out, place, titles, results)
        )
        for place, code in places.items()
    }
    sections = [
        _unfinished(plan, words, results, titles, setting),
        *pages.values(),
        Section(
            title=words["index.tables"], text=words["index.tables_text"], links=_tables(setting.out, words)
        ),
        Section(
            title=words["index.run"],
            text=words["index.run_text"],
            links=_records(plan, words, places, results, lang),
        ),
    ]
    page: str = index_page(
        words.fill("index.title", study=plan.title[lang]),
        [section for section in sections if section.links],
        lang=lang,
        **setting.page_options,
    )
    return page


def _words(lang: str) -> Labels:
    return labels(lang if lang in languages() else "en")


def _pages(
    out: Path, place: str, titles: Mapping[str, str], results: Sequence[JobResult]
) -> tuple[Link, ...]:
    failed = {result.notebook for result in results if result.folder == place and result.status not in GOOD}
    names = [name for name in titles if name not in failed]
    there = [name for name in reversed(names) if (out / place / "notebooks" / f"{name}.html").is_file()]
    return tuple(Link(label=titles[name], href=f"{place}/notebooks/{name}.html", note="") for name in there)


def _unfinished(
    plan: Study,
    words: Labels,
    results: Sequence[JobResult],
    titles: Mapping[str, str],
    setting: Setting,
) -> Section:
    links = []
    for result in results:
        if result.status in GOOD:
            continue
        kept = f"{result.folder}/notebooks/{result.notebook}.html"
        note = words.fill("index.failed_note", cell=result.cell or "–", error=result.error)
        if result.status != "failed":
            note = words.fill("index.skipped_note", reason=result.reason)
        label = (
            f"{plan.area_label(result.area, setting.lang)}: {titles.get(result.notebook, result.notebook)}"
        )
        href = kept if (setting.out / kept).is_file() else "run.json"
        links.append(Link(label=label, href=href, note=note))
    return Section(title=words["index.failed"], text=words["index.failed_text"], links=tuple(links))


def _tables(out: Path, words: Labels) -> tuple[Link, ...]:
    there = [name for name in NAMES if (out / "results" / f"{name}.csv").is_file()]
    return tuple(
        Link(label=words[f"index.table.{name}"], href=f"results/{name}.csv", note=f"results/{name}.csv")
        for name in there
    )


def _records(
    plan: Study, words: Labels, places: Mapping[str, str], results: Sequence[JobResult], lang: str
) -> tuple[Link, ...]:
    ran = dict.fromkeys(result.folder for result in results)
    logs = [
        Link(
            label=words.fill("index.record.log", area=plan.area_label(places[folder], lang)),
            href=f"logs/{folder}.log",
            note="",
        )
        for folder in ran
    ]
    return (Link(label=words["index.record.run"], href="run.json", note="run.json"), *logs)
