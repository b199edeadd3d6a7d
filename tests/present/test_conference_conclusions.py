"""What the notebooks concluded stands in the written report; without their frames nothing is said."""

from __future__ import annotations

from io import BytesIO

import docx
import pandas as pd
import pytest

from kgeval.evaluate import advise, findings, profile, result_rows
from kgeval.present.conference import concluded
from kgeval.present.conference.report import area_report
from kgeval.present.results import Results
from kgeval.present.word import Heading, Paragraph
from tests.evaluate.results import changes, estimates, study, verdicts

ROWS = (
    {"indicator": "T3", "value": 0.80, "low": 0.72, "high": 0.86},
    {"indicator": "T3", "variant": "direct", "value": 0.40, "low": 0.30, "high": 0.50},
    {"indicator": "III3a", "value": 0.20, "low": 0.10, "high": 0.30},
)
NOT_MET = {
    "indicator": "T3",
    "as_of": "2020-11-09",
    "target": 0.95,
    "official": "not_met",
    "statistical": "not_met",
}


def results(*, synthetic: bool = False, with_frames: bool = True) -> Results:
    made, judged = estimates(*ROWS), verdicts(NOT_MET)
    found = findings(study(), result_rows(study(), made, changes(), judged))
    frame = pd.DataFrame({"round": "endline", "area": ["905"], "support": "1", "status": "1"})
    frames = {
        "findings": found,
        "recommendations": advise(study(), found, "recommendation"),
        "lessons": advise(study(), found, "lesson"),
        "causes": advise(study(), found, "cause"),
        "profile": profile(study(), {"frame": frame.assign(licence_in_office_file="1")}, area="all"),
    }
    return Results(
        estimates=made, changes=changes(), verdicts=judged, study=study(), lang="vi", synthetic=synthetic,
        concluded={"all": frames} if with_frames else {},
    )  # fmt: skip


def test_proposals_stand_under_those_whom_they_go_to() -> None:
    blocks = concluded.proposals(results())
    headings = [block.text for block in blocks if isinstance(block, Heading)]
    assert headings == ["Kiến nghị các sở, ngành, địa phương", "Kiến nghị doanh nghiệp"]
    said = next(block.text for block in blocks if isinstance(block, Paragraph))
    assert "Căn cứ: Tỷ lệ bà mẹ được truyền thông chưa đạt chỉ tiêu 3" in said
    assert said.endswith("Kinh phí: Chưa ước tính.")


def test_what_a_verdict_says_is_not_said_twice() -> None:
    said = " ".join(
        block.text for block in concluded.found(results(), "limit") if isinstance(block, Paragraph)
    )
    assert "doanh nghiệp hỗ trợ tiền gửi trẻ" in said
    assert "chỉ tiêu 3" not in said


def test_the_report_holds_them_and_a_place_for_what_only_the_agency_knows() -> None:
    text = "\n".join(
        one.text for one in docx.Document(BytesIO(area_report(results(synthetic=True), "all"))).paragraphs
    )
    assert "(Minh họa) Tăng truyền thông trực tiếp" in text
    assert "Cuộc khảo sát không xác định được nguyên nhân." in text
    assert "những nội dung này chỉ minh họa cách trình bày" in text


@pytest.mark.parametrize("chapter", ["features", "circumstances", "learnt", "proposals", "costs"])
def test_without_frames_nothing_is_said(chapter: str) -> None:
    assert getattr(concluded, chapter)(results(with_frames=False)) == ()


def test_an_area_is_told_its_own_frames_alone() -> None:
    whole = results()
    assert whole.of("all").told("findings") is not None
    assert whole.of("905").told("findings") is None
