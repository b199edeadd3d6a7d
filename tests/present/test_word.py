"""The report opens, keeps the administrative format, and says the same in the same bytes."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm

from kgeval import present as show
from kgeval.present.word import Appendix, Figure, Heading, Masthead, Paragraph, report
from tests.present.made_up import LONG, NAMES, made_up_study, results


def made(*, lang: str = "vi", synthetic: bool = True) -> bytes:
    estimates, verdicts, _ = results(6)
    study = made_up_study()
    endline = estimates[estimates["round"] == "endline"]
    chart = show.against_target(endline, verdicts, study, lang)
    table = show.areas_table(endline, verdicts, study, lang)
    return report(
        Masthead(place="Bến Đò", abstract=f"Kết quả của {NAMES[3]}", agency="Ban Chỉ đạo", superior="Tỉnh"),
        [
            Heading(text="Phần thứ nhất", level=1),
            Heading(text="I. Kết quả"),
            Paragraph(text=f"Tại {LONG}, {NAMES[4]}."),
            Paragraph(text="(bổ sung)", to_fill=True),
            table,
            Figure(chart=chart, caption=chart.title),
        ],
        appendices=[Appendix(title="Biểu chỉ tiêu", blocks=(table,)), Appendix(title="Ngắn", blocks=())],
        lang=lang,
        synthetic=synthetic,
    )


@pytest.fixture(scope="module")
def document() -> docx.document.Document:
    return docx.Document(BytesIO(made()))


def text_of(document) -> str:
    lines = [paragraph.text for paragraph in document.paragraphs]
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*lines, *cells])


def test_page_and_type(document) -> None:
    section = document.sections[0]
    assert [round(section.page_width / Mm(1)), round(section.page_height / Mm(1))] == [210, 297]
    margins = [section.top_margin, section.bottom_margin, section.left_margin, section.right_margin]
    assert [round(margin / Mm(1)) for margin in margins] == [20, 20, 30, 15]
    assert document.sections[1].page_width > document.sections[1].page_height  # a wide appendix
    assert document.sections[2].page_width < document.sections[2].page_height
    fonts = {
        fonts.get(qn(f"w:{name}"))
        for part in (document.element, document.styles.element)
        for fonts in part.iter(qn("w:rFonts"))
        for name in ("ascii", "hAnsi", "cs", "eastAsia")
    }
    assert fonts <= {"Times New Roman", None}
    languages = {lang.get(qn("w:val")) for lang in document.styles["Normal"].element.iter(qn("w:lang"))}
    assert languages == {"vi-VN"}


def test_head_signature_and_numbers(document) -> None:
    text = text_of(document)
    for words in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "BÁO CÁO",
        "BAN CHỈ ĐẠO",
        "Nơi nhận:",
        "- Lưu: VT, ….",
        "Phụ lục I",
        "Phụ lục II",
        "Bảng 1. ",
        "Bảng 2. ",
        "Hình 1. ",
        "Bến Đò, ngày … tháng … năm …",
    ):
        assert words in text, words
    assert NAMES[3] in text
    assert "PAGE" in document.sections[0].header._element.xml
    assert "PAGE" not in document.sections[0].first_page_header._element.xml


def test_tables_fit_the_text_and_repeat_their_heads(document) -> None:
    section = document.sections[0]
    room = (section.page_width - section.left_margin - section.right_margin) / 635  # in twentieths of a point
    widest = [(s.page_width - s.left_margin - s.right_margin) / 635 for s in document.sections]
    for table in document.tables:
        grid = [int(column.get(qn("w:w"))) for column in table._tbl.tblGrid.iter(qn("w:gridCol"))]
        assert sum(grid) <= max(widest) + len(grid)
    assert sum(int(c.get(qn("w:w"))) for c in document.tables[0]._tbl.tblGrid) <= room + 2
    results_table = document.tables[1]
    assert results_table.rows[0]._tr.find(f".//{qn('w:tblHeader')}") is not None
    assert all(row._tr.find(f".//{qn('w:cantSplit')}") is not None for row in results_table.rows)


def test_pictures_have_alternative_text_and_fields_keep_their_values(document) -> None:
    described = [element.get("descr") for element in document.element.iter(qn("wp:docPr"))]
    assert len(described) == 1
    assert described[0].startswith("Biểu đồ điểm")
    assert "updateFields" not in document.settings.element.xml


def test_the_watermark_is_on_every_page() -> None:
    for synthetic in (True, False):
        section = docx.Document(BytesIO(made(synthetic=synthetic))).sections[0]
        for header in (section.header, section.first_page_header):
            text = "".join(paragraph.text for paragraph in header.paragraphs)
            assert ("DỮ LIỆU MÔ PHỎNG" in text) is synthetic


def test_english_has_no_national_motto() -> None:
    text = text_of(docx.Document(BytesIO(made(lang="en"))))
    assert "REPORT" in text
    assert "CỘNG HÒA" not in text


def test_the_same_input_gives_the_same_bytes() -> None:
    one, other = made(), made()
    assert one == other
    with ZipFile(BytesIO(one)) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        relations = [archive.read(name) for name in archive.namelist() if name.endswith(".rels")]
    assert not any(b'TargetMode="External"' in relation for relation in relations)
