"""Whatever a study is called and however little is known, every output is made, safe and readable."""

from __future__ import annotations

import re
from io import BytesIO
from zipfile import ZipFile

import openpyxl
import pandas as pd
import pytest
from docx import Document
from pptx import Presentation

from kgeval.present.pack import pack
from kgeval.present.results import Results
from tests.present.made_up import LONG, NAMES, estimate_row
from tests.present.test_pack import ACCOUNTS, all_results

MARKUP = '<img src=x onerror="alert(1)">'
OUTPUTS = {"slides.pptx", "tables.xlsx", "page.html", "index.html", "alt_texts.csv", "report_all.docx"}
_NUMBERS = ("value", "se", "low", "high", "df", "deff")


def not_estimable() -> Results:
    given = all_results(2)
    nothing = dict.fromkeys(_NUMBERS, float("nan")) | {"n": 0, "reason": "no answers"}
    rows = [{**row, **nothing} for row in given.estimates.to_dict("records")]
    verdicts = given.verdicts.assign(
        value=float("nan"), low=float("nan"), high=float("nan"),
        official="not_estimable", statistical="not_estimable",
    )  # fmt: skip
    return Results(
        estimates=pd.DataFrame(rows), changes=given.changes.iloc[:0], verdicts=verdicts,
        study=given.study, lang="vi", synthetic=True,
    )  # fmt: skip


STUDIES = {
    "twelve areas, hostile names": lambda: all_results(12),
    "one area": lambda: all_results(1, lang="en"),
    "nothing estimable": not_estimable,
    "all suppressed": lambda: all_results(4, suppressed=True),
    "no results at all": lambda: all_results(2, count=0),
}


@pytest.mark.parametrize("study", STUDIES)
def test_every_output_is_made_safe_and_readable(study: str) -> None:
    given = STUDIES[study]()
    files = pack(given, ACCOUNTS, areas=("all", *given.areas[:1]), formats=("csv",))
    assert set(files) >= OUTPUTS
    assert any(name.startswith("charts/hall/") for name in files)
    for name in files:
        if name.endswith(".docx"):
            assert Document(BytesIO(files[name])).paragraphs
    assert len(Presentation(BytesIO(files["slides.pptx"])).slides) > 2
    _safe(files)
    if "suppressed" in study:
        _silent(files, given)


def _safe(files: dict[str, bytes]) -> None:
    """No markup of a name is markup of a page, no text of it is a formula."""
    for name in ("page.html", "index.html"):
        assert MARKUP not in files[name].decode("utf-8")
    for sheet in openpyxl.load_workbook(BytesIO(files["tables.xlsx"])):
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    for name, content in files.items():
        if name.endswith(".csv"):
            assert not re.search(rb"(?m)(^|,)\"?[=+@]", content), name
        if name.endswith(".pptx"):
            for part in re.findall(r"ppt/embeddings/\S+", " ".join(ZipFile(BytesIO(content)).namelist())):
                book = openpyxl.load_workbook(BytesIO(ZipFile(BytesIO(content)).read(part)))
                cells = [cell for row in book.active.iter_rows() for cell in row]
                assert all(cell.data_type != "f" for cell in cells)


def _silent(files: dict[str, bytes], given: Results) -> None:
    """No withheld value stands in a twin, in the data of the page, or behind a chart of the slides."""
    withheld = {f"{value:.4f}"[:6] for value in given.estimates["value"] if 0 < value < 1}
    twins = b"".join(content for name, content in files.items() if name.endswith(".csv")).decode("utf-8")
    assert not any(value.rstrip("0") in twins for value in withheld)
    data = re.search(r'id="data">(.*?)</script>', files["page.html"].decode("utf-8"), re.DOTALL)
    assert data is not None
    assert '"at":null' in data[1]
    assert not re.search(r'"at":\d', data[1])


def test_the_names_are_the_hostile_ones() -> None:
    """The first areas of made-up studies carry the names that must do no harm."""
    assert MARKUP in NAMES
    assert "=1+1" in NAMES
    assert len(LONG) > 80
    assert estimate_row()["area"] == "0"
