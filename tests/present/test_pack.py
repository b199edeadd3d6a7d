"""The pack holds everything, passes its checks or is not written, and has the same bytes each time."""

from __future__ import annotations

import json
import pickle
import re
from dataclasses import replace
from io import BytesIO
from types import SimpleNamespace
from zipfile import ZipFile

import pandas as pd
import pytest

from kgeval import present as show
from kgeval.present.check import office_faults, page_faults
from kgeval.present.pack import PackError, faults, manifest, pack
from kgeval.present.results import Results
from tests.present.made_up import made_up_study, results


def all_results(
    areas: int = 4, *, lang: str = "vi", suppressed: bool = False, count: int | None = None
) -> Results:
    estimates, verdicts, changes = results(areas, suppressed=suppressed)
    if count is not None:
        estimates, verdicts, changes = estimates.iloc[:count], verdicts.iloc[:count], changes.iloc[:count]
    study = made_up_study(areas)
    study.report = {"place": "Bến Đò", "recipients": ["- Như trên;"]}
    return Results(
        estimates=estimates, changes=changes, verdicts=verdicts, study=study, lang=lang, synthetic=True
    )


ACCOUNTS = pd.DataFrame(
    {
        "file": ["a.csv"],
        "sheet": [""],
        "table": ["mothers"],
        "records": [10],
        "kept": [10],
        "rejected": [0],
        "structural": [0],
        "cells": [100],
    }
)


@pytest.fixture(scope="module")
def packed() -> dict[str, bytes]:
    return pack(all_results(3), ACCOUNTS, areas=("all", "2"), formats=("png", "svg", "csv"))


def test_everything_is_there(packed) -> None:
    assert {
        "slides.pptx",
        "tables.xlsx",
        "index.html",
        "alt_texts.csv",
        "report_all.docx",
        "report_a2.docx",
    } < set(packed)
    for kind in ("png", "svg", "csv"):
        assert f"charts/targets_r.{kind}" in packed
    assert "charts/hall/gaps.png" in packed
    assert all(packed.values())


def test_every_link_of_the_index_leads_to_a_file(packed) -> None:
    page = packed["index.html"].decode("utf-8")
    links = re.findall(r'href="([^"#]+)"', page)
    assert links
    assert set(links) <= {*packed, "manifest.json"}
    assert {name for name in packed if name.startswith("charts/")} - set(links) == {
        name for name in packed if name.startswith("charts/hall/") and name.endswith(".csv")
    }
    assert page.count('<img src="data:image/png;base64,') == sum(
        bool(re.fullmatch(r"charts/\w+\.png", name)) for name in packed
    )
    assert "DỮ LIỆU MÔ PHỎNG" in page


def test_the_manifest_is_the_same_each_time_however_the_work_is_spread(packed) -> None:
    def backwards(function, parts):
        return [function(part) for part in [*parts][::-1]][::-1]

    again = manifest(pack(all_results(3), ACCOUNTS, areas=("all", "2"), formats=("csv",), spread=backwards))
    whole = manifest(packed)
    assert json.dumps(again)
    assert {name: whole[name] for name in again if name != "index.html"} == {
        name: digest for name, digest in again.items() if name != "index.html"
    }


def test_the_parts_of_a_pack_travel_to_other_processes(packed) -> None:
    there = pickle.loads(pickle.dumps(all_results(3)))
    assert there.areas == all_results(3).areas
    assert packed


def test_a_tampered_number_fails_the_checks(packed) -> None:
    given = all_results(3)
    chart = show.against_target(given.endline, given.verdicts, given.study, "vi", synthetic=True)
    assert faults([chart], given, {}) == []
    tampered = replace(chart, title=chart.title.replace("95%", "85%"))
    assert "against_target: 85 stands in no result" in faults([tampered], given, {})
    for name, part in (("report_all.docx", "word/document.xml"), ("slides.pptx", r"ppt/slides/slide\d+.xml")):
        wrong = {name: _tampered(packed[name], part)}
        assert f"{name}: 77,77 stands in no result" in faults([], given, wrong)
        assert faults([], given, {name: packed[name]}) == []


def test_a_number_in_the_name_of_a_comparison_side_is_known(packed) -> None:
    given = all_results(3)
    chart = show.against_target(given.endline, given.verdicts, given.study, "vi", synthetic=True)
    titled = replace(chart, title=f"{chart.title} – Nhóm chứng 77,77")
    assert faults([titled], given, {}) == ["against_target: 77,77 stands in no result"]
    side = SimpleNamespace(reference_label={"vi": "Nhóm chứng 77,77"}, group_label={})
    given.study.comparisons = {"mothers": side}
    assert faults([titled], given, {}) == []


def _tampered(content: bytes, part: str) -> bytes:
    """Return an office file in which each number of two digits and a decimal reads 77,77."""
    return _replaced(content, rb"(?<![\d.,])\d\d,\d(?=%)", b"77,77", part)


def test_faults_of_charts_and_pages() -> None:
    given = all_results(3)
    chart = show.against_target(given.endline, given.verdicts, given.study, "vi", synthetic=True)
    found = faults([replace(chart, alt=" "), chart], given, {})
    assert any("no alternative text" in fault for fault in found)
    assert any("stands on 2 charts" in fault for fault in found)
    pages = {"x.html": b'<img src="//evil.example/x.png">', "y.html": b'<a href="z.html">'}
    assert page_faults(pages, replace(given, synthetic=False)) == ["x.html: asks for an outside address"]
    assert "y.html: the watermark of simulated data is missing" in page_faults(pages, given)


def test_faults_of_office_files(packed) -> None:
    given, slides = all_results(3), packed["slides.pptx"]
    assert office_faults({"s.pptx": slides}, given) == []
    english = replace(given, lang="en")  # whose watermark is another one
    assert any("watermark" in fault for fault in office_faults({"s.pptx": slides}, english))
    small = _replaced(slides, rb' sz="\d+"', b' sz="900"')
    assert "s.pptx: type of 9 points, below 12" in office_faults({"s.pptx": small}, given)
    bare = _replaced(slides, rb' descr="[^"]*"', b"")
    assert any("no alternative text" in fault for fault in office_faults({"s.pptx": bare}, given))


def test_no_title_says_a_rank_or_a_cause() -> None:
    given = all_results(3)
    chart = show.against_target(given.endline, given.verdicts, given.study, "vi", synthetic=True)
    for word in ("dẫn đầu", "tác động"):
        found = faults([replace(chart, title=f"{chart.title}: {word}")], given, {})
        assert any(f"the title says {word!r}" in fault for fault in found)


def _replaced(content: bytes, old: bytes, new: bytes, parts: str = r"ppt/slides/slide\d+.xml") -> bytes:
    """Return an office file with something else in its parts of these names."""
    made = BytesIO()
    with ZipFile(BytesIO(content)) as archive, ZipFile(made, "w") as written:
        for name in archive.namelist():
            held = archive.read(name)
            written.writestr(name, re.sub(old, new, held) if re.fullmatch(parts, name) else held)
    return made.getvalue()


def test_a_pack_that_fails_says_all_that_is_wrong() -> None:
    error = PackError(["one", "other"])
    assert str(error) == "the pack does not pass its checks, nothing was written: one; other"
    assert error.exit_code == 2
