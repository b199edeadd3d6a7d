"""Which notebook runs for which area, in which order, and what a failure keeps from running."""

from __future__ import annotations

import json

import pytest
import tiny

from kgeval.errors import ParameterError, UserError
from kgeval.run.graph import Place, graph, hindrance, ready
from kgeval.run.notebook import accepted, for_study, read_notebooks

NORTH, SOUTH = Place(code="0905", key="north"), Place(code="0899", key="south")


@pytest.fixture
def notebooks(tmp_path):
    return read_notebooks(tiny.write_notebooks(tmp_path))


def drawn(jobs) -> str:
    """Draw a graph as text, a job a line: what it needs, (one of), [after]."""
    lines = []
    for job in jobs:
        waits = [*job.needs, *(f"({key})" for key in job.needs_one), *(f"[{key}]" for key in job.after)]
        lines.append(f"{job.key} <- {' '.join(waits)}".rstrip(" <-"))
    return "\n".join(lines)


def test_the_whole_review(notebooks):
    assert drawn(graph(notebooks, [NORTH, SOUTH])).splitlines() == [
        "north.10_clean",
        "south.10_clean",
        "north.20_estimate <- north.10_clean [south.10_clean]",
        "south.20_estimate <- south.10_clean [north.10_clean]",
        "all.20_estimate <- (north.10_clean) (south.10_clean)",
        "north.30_review <- north.10_clean north.20_estimate",
        "south.30_review <- south.10_clean south.20_estimate",
        (
            "all.40_phase <- all.20_estimate (north.10_clean) (south.10_clean) (north.30_review) "
            "(south.30_review) [north.20_estimate] [south.20_estimate]"
        ),
    ]


def test_the_phase_review_does_not_wait_for_the_districts_reviews():
    jobs = {job.key: job for job in graph(read_notebooks("notebooks"), [NORTH, SOUTH])}
    waits_for = jobs["all.40_phase_review"].waits_for
    assert {"north.20_estimate", "south.10_clean"} <= waits_for
    assert not {key for key in waits_for if "30_district_review" in key}


def test_what_a_notebook_imports_is_known(tmp_path):
    cells = [
        "%matplotlib inline",
        "import numpy as np, scipy.stats\nfrom . import mine\nif x:\n    from a.b import c",
    ]
    tiny.write_notebooks(tmp_path, {"10_clean": cells}, only="10_clean")
    assert read_notebooks(tmp_path)[0].imports == ("numpy", "scipy.stats", "a.b")


def test_one_area_needs_the_clean_tables_of_all(notebooks):
    keys = [job.key for job in graph(notebooks, [NORTH, SOUTH], only=["0899"])]
    assert keys == ["north.10_clean", "south.10_clean", "south.20_estimate", "south.30_review"]


def test_a_failed_area_is_left_out_and_the_whole_goes_on(notebooks):
    jobs = {job.key: job for job in graph(notebooks, [NORTH, SOUTH])}
    statuses = {"north.10_clean": "done", "south.10_clean": "failed"}
    assert {job.key for job in ready(jobs.values(), statuses)} >= {"north.20_estimate", "all.20_estimate"}
    assert hindrance(jobs["south.20_estimate"], statuses) == "south.10_clean"
    assert hindrance(jobs["north.20_estimate"], statuses) == ""
    assert hindrance(jobs["all.20_estimate"], statuses) == ""
    nothing = {"north.10_clean": "failed", "south.10_clean": "failed"}
    assert hindrance(jobs["all.20_estimate"], nothing) == "north.10_clean"


def test_a_notebook_says_what_it_reads(tmp_path):
    tiny.write_notebooks(tmp_path)
    content = tiny.notebook(["1"], runs="once", reads={"20_estimate": "whole"})
    (tmp_path / "40_phase.ipynb").write_text(json.dumps(content), encoding="utf-8")
    last = graph(read_notebooks(tmp_path), [NORTH, SOUTH])[-1]
    assert last.waits_for == {"all.20_estimate", "north.20_estimate", "south.20_estimate"}


def test_only_numbered_notebooks_in_the_order_of_their_numbers(tmp_path):
    tiny.write_notebooks(tmp_path)
    (tmp_path / "100_last.ipynb").write_text(json.dumps(tiny.notebook(["1"])), encoding="utf-8")
    (tmp_path / "Untitled.ipynb").write_text("{}", encoding="utf-8")
    names = [notebook.name for notebook in read_notebooks(tmp_path)]
    assert names == ["10_clean", "20_estimate", "30_review", "40_phase", "100_last"]


@pytest.mark.parametrize(
    ("content", "seen"),
    [
        ("not json", "is no notebook"),
        ("[]", "is no notebook"),
        (json.dumps(tiny.notebook(["1"], runs="often")), "kgeval.runs is 'often'"),
        (json.dumps(tiny.notebook(["1"], reads={"50_x": "area"})), "kgeval.reads names '50_x'"),
        (json.dumps(tiny.notebook(["1"], needs="../x.toml")), "kgeval.needs is '../x.toml'"),
        (json.dumps(tiny.notebook(["1"], parameters="area = 1")), "is no declaration"),
        (json.dumps({"cells": [], "metadata": {}}), "0 cells tagged 'parameters'"),
    ],
)
def test_a_notebook_edited_by_hand_is_refused_in_one_line(tmp_path, content, seen):
    (tmp_path / "10_x.ipynb").write_text(content, encoding="utf-8")
    with pytest.raises(UserError) as refused:
        read_notebooks(tmp_path)
    assert seen in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_folder_without_notebooks_is_named(tmp_path):
    with pytest.raises(UserError, match="no numbered notebook"):
        read_notebooks(tmp_path)


def test_values_that_no_notebook_takes_are_refused(notebooks):
    accepted({}, notebooks, taken=("area",))
    with pytest.raises(ParameterError, match="did you mean 'lang'"):
        accepted({"lnag": "vi"}, notebooks, taken=("area",))
    with pytest.raises(ParameterError, match="given by the command itself"):
        accepted({"area": "x"}, notebooks, taken=("area",))
    with pytest.raises(ParameterError, match="no parameter name"):
        accepted({"x = __import__('os')": 1}, notebooks, taken=())


def test_a_notebook_runs_where_the_study_has_the_file_that_it_needs(tmp_path):
    content = tiny.notebook(["1"], runs="once", reads={"20_estimate": "area"}, needs="research.toml")
    tiny.write_notebooks(tmp_path / "notebooks")
    (tmp_path / "notebooks" / "45_research.ipynb").write_text(json.dumps(content), encoding="utf-8")
    notebooks = read_notebooks(tmp_path / "notebooks")
    assert "45_research" not in [one.name for one in for_study(notebooks, tmp_path)]
    (tmp_path / "research.toml").touch()
    there = for_study(notebooks, tmp_path)
    assert there == notebooks
    last = graph(there, [NORTH, SOUTH])[-1]
    assert last.key == "all.45_research"
    assert last.waits_for == {"all.20_estimate"}  # beside the review of the phase, not behind it
