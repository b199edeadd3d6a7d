"""What a job says of its failure, and how its notebook is kept."""

from __future__ import annotations

from types import SimpleNamespace

import nbformat
import pytest

from kgeval.run.job import summary
from kgeval.run.record import exit_code
from kgeval.run.saved import plain, settled


@pytest.mark.parametrize(
    ("name", "message", "line"),
    [
        (
            "DataError",
            "a.csv, row 3: 'age' is no column [X]; mend it",
            "a.csv, row 3: 'age' is no column [X]; mend it",
        ),
        (
            "ValueError",
            "invalid literal for int(): 'Trần Thị Lan'",
            "ValueError: invalid literal for int(): '…'",
        ),
        ("KeyError", '"Lan"', 'KeyError: "…"'),
        ("ValueError", "boom\nrow: Lan", "ValueError: boom"),
        ("ZeroDivisionError", "\x1b[31mdivision by zero\x1b[0m", "ZeroDivisionError: division by zero"),
        ("AssertionError", "", "AssertionError"),
        ("ValueError", "can't convert 'Trần Lan' to float", "ValueError: can't convert '…' to float"),
        ("ValueError", "could not convert: 'O\\'Trần \"Lan\"'", "ValueError: could not convert: '…'"),
        ("ValueError", "no bytes b'Lan'", "ValueError: no bytes b'…'"),
        ("ValueError", 'data "Trần\nLan" doesn\'t match "%Y", at 0', 'ValueError: data "…", at 0'),
        ("DateParseError", "unable to parse: Trần Lan", "DateParseError: unable to parse: …"),
        ("DateParseError", "month must be in 1..12: 1985-13-45", "DateParseError: month must be in 1..12: …"),
        ("DataError", "no number: Lan", "DataError: no number: …"),  # of a library
    ],
)
def test_messages_that_may_quote_a_cell_are_masked(name, message, line):
    assert summary(name, message) == line


def executed():
    code = nbformat.v4.new_code_cell("x", id="draw")
    code.metadata.papermill = {"start_time": "now"}
    code.metadata.execution = {"iopub.execute_input": "now"}
    code.outputs = [
        nbformat.v4.new_output("stream", name="stderr", text="/tmp/ipykernel_12/3456.py:2: UserWarning\n"),
        nbformat.v4.new_output("stream", name="stdout", text="a"),
        nbformat.v4.new_output("stream", name="stdout", text="b at 0x7f00aa11bb22 in /home/x/out/north\n"),
        nbformat.v4.new_output(
            "display_data", data={"text/plain": "<A at 0x7f00aa11bb22>", "image/png": "iVBOR0x7f"}
        ),
        nbformat.v4.new_output("stream", name="stdout", text="c"),
    ]
    injected = nbformat.v4.new_code_cell("area = '1'")
    injected.metadata.tags = ["injected-parameters"]
    notebook = nbformat.v4.new_notebook(cells=[injected, code])
    notebook.metadata.papermill = {"duration": 3}
    return notebook


def test_the_kept_notebook_knows_no_clock_no_chance_and_no_machine():
    one, two = executed(), executed()
    two.cells[1].outputs[0], two.cells[1].outputs[1] = two.cells[1].outputs[1], two.cells[1].outputs[0]
    one, two = (nbformat.writes(settled(notebook, {"/home/x/out": "."})) for notebook in (one, two))
    assert one == two
    for trace in ("papermill", "ipykernel_", "/home/x", "0x7f00aa11bb22", "now"):
        assert trace not in one
    assert "iVBOR0x7f" in one  # pictures are left as they are


def test_the_longest_path_is_replaced_first():
    assert plain("/a/b/c and /a/d", {"/a": "A", "/a/b": "B"}) == "B/c and A/d"


def result(status: str, error_type: str = ""):
    return SimpleNamespace(status=status, error_type=error_type)


@pytest.mark.parametrize(
    ("results", "code"),
    [
        ([result("done"), result("unchanged")], 0),
        ([result("done"), result("failed", "DataError"), result("skipped")], 1),
        ([result("failed", "DataError"), result("failed", "DataError"), result("skipped")], 2),
        ([result("failed", "ValueError"), result("skipped")], 1),
        ([result("failed", "DisclosureError")], 3),
        ([result("done"), result("failed", "BusyError")], 4),
        ([result("done"), result("interrupted")], 130),
    ],
)
def test_exit_codes(results, code):
    assert exit_code(results) == code
