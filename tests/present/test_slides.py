"""Slides are native, described, uniquely titled, in their language, and the same each time."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

import pytest
from pptx import Presentation
from pptx.enum.chart import XL_CHART_TYPE
from pptx.oxml.ns import qn

from kgeval import present as show
from kgeval.present.charts.dumbbell import rows_to_draw
from kgeval.present.conference.deck import _points
from kgeval.present.conference.deck import deck as conference_deck
from kgeval.present.labels import labels
from kgeval.present.results import Results
from kgeval.present.slides import Slide, slides
from tests.present.made_up import NAMES, made_up_study, results

ORDER = [
    "idx",
    "order",
    "tx",
    "spPr",
    "marker",
    "dPt",
    "dLbls",
    "trendline",
    "errBars",
    "cat",
    "val",
    "smooth",
]


def published():
    estimates, verdicts, _ = results(6)
    endline = estimates[estimates["round"] == "endline"]
    return show.publish(endline, verdicts, made_up_study(), "vi"), endline, verdicts


def made(*, synthetic: bool = True) -> bytes:
    rows, endline, verdicts = published()
    study = made_up_study()
    chart = show.gaps(endline, verdicts, study, "vi", size="slide")
    deck = [
        Slide(title="Ba điểm chính", notes="Nói chậm.", lines=(NAMES[3], NAMES[4], "ba")),
        Slide(title="Kết quả", notes="Nguồn: khảo sát.", chart=rows),
        Slide(title="Kết quả", notes="x", table=show.areas_table(endline, verdicts, study, "vi")),
        Slide(title=chart.title, notes="x", picture=chart),
    ]
    return slides(deck, title="Đánh giá", subtitle="Hội nghị", lang="vi", synthetic=synthetic)


@pytest.fixture(scope="module")
def deck() -> Presentation:
    return Presentation(BytesIO(made()))


def test_titles_are_unique_and_real_and_every_slide_has_notes(deck) -> None:
    titles = [slide.shapes.title.text_frame.text for slide in deck.slides]
    assert len(set(titles)) == len(titles) == 5
    assert titles[3] == "Kết quả (2)"
    assert all(slide.notes_slide.notes_text_frame.text for slide in deck.slides)


def test_error_bars_are_the_intervals_of_the_estimates(deck) -> None:
    rows, _, _ = published()
    by_place = rows.set_index("place")
    (frame,) = [shape for shape in deck.slides[2].shapes if shape.has_chart]
    chart = frame.chart
    seats = list(chart.plots[0].categories)
    assert all("n\xa0=\xa0" in seat for seat in seats)
    places = [seat.strip().rpartition(" (")[0] for seat in seats]
    assert places[-1] == "Toàn tỉnh"
    seen = 0
    for series in chart.plots[0].series:
        children = [child.tag.split("}")[1] for child in series._element]
        assert children == sorted(children, key=ORDER.index)
        bars = series._element.find(qn("c:errBars"))
        if bars is None:
            continue
        for side, sign in (("plus", 1), ("minus", -1)):
            spans = {int(p.get("idx")): float(p[0].text) for p in bars.find(qn(f"c:{side}")).iter(qn("c:pt"))}
            for at, value in enumerate(series.values):
                if value is not None:
                    limit = by_place.loc[places[at], "high" if sign > 0 else "low"] * 100
                    assert value + sign * spans[at] == pytest.approx(limit)
                    seen += 1
    assert seen == 2 * len(rows)


def test_everything_is_described_in_its_language_and_large_enough(deck) -> None:
    for slide in deck.slides:
        for shape in slide.shapes:
            if shape.has_chart or shape.shape_type == 13:
                assert shape._element.xpath(".//p:cNvPr")[0].get("descr")
        for properties in slide._element.iter(qn("a:rPr")):
            assert properties.get("lang") == "vi-VN"
            assert int(properties.get("sz")) >= 1200


def test_the_watermark_is_on_every_slide() -> None:
    for synthetic in (True, False):
        for slide in Presentation(BytesIO(made(synthetic=synthetic))).slides:
            text = " ".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)
            assert ("DỮ LIỆU MÔ PHỎNG" in text) is synthetic


def test_both_rounds_are_bars_with_the_intervals_of_the_estimates() -> None:
    estimates, _, changes = results(3)
    rows, _ = rows_to_draw(changes, made_up_study(), "vi", estimates)
    made_deck = slides([Slide(title="a", notes="b", changes=rows)], title="x", subtitle="y", lang="vi")
    (frame,) = [s for s in Presentation(BytesIO(made_deck)).slides[1].shapes if s.has_chart]
    assert frame.chart.chart_type == XL_CHART_TYPE.COLUMN_CLUSTERED
    assert frame.chart.value_axis.minimum_scale == 0  # a bar that starts elsewhere lies
    for side, series in zip(("from", "to"), frame.chart.plots[0].series, strict=True):
        children = [child.tag.split("}")[1] for child in series._element]
        assert children.index("errBars") < children.index("cat") < children.index("val")
        assert series.values == pytest.approx([100 * value for value in rows[f"{side}_value"]])
        spans = [float(p[0].text) for p in series._element.find(qn("c:errBars")).iter(qn("c:pt"))]
        plus, minus = spans[: len(rows)], spans[len(rows) :]
        assert plus == pytest.approx(list(100 * (rows[f"{side}_high"] - rows[f"{side}_value"])))
        assert minus == pytest.approx(list(100 * (rows[f"{side}_value"] - rows[f"{side}_low"])))


def test_names_below_a_chart_stand_level_in_readable_type(deck) -> None:
    (frame,) = [shape for shape in deck.slides[2].shapes if shape.has_chart]
    words = frame.chart.category_axis._element.find(qn("c:txPr"))
    assert words.find(qn("a:bodyPr")).get("rot") == "0"
    assert all(int(size.get("sz")) >= 1200 for size in words.iter(qn("a:defRPr")))


def test_the_points_name_a_fourth_target_too() -> None:
    rows, _, _ = published()
    one = rows[rows["target"].notna()].head(1)
    four = one.loc[one.index.repeat(4)].assign(short=["a", "b", "c", "d"])
    said = _points(four, labels("vi"))
    assert [line.split(":")[0] for line in said] == ["a", "b", "c", "d"]


@pytest.mark.parametrize(("areas", "suppressed"), [(12, False), (1, False), (6, True)])
def test_the_deck_is_made_of_many_areas_of_one_and_of_nothing_published(areas: int, suppressed: bool) -> None:
    estimates, verdicts, changes = results(areas, suppressed=suppressed)
    study = made_up_study(areas)
    study.report = {}
    everything = Results(
        estimates=estimates, changes=changes, verdicts=verdicts, study=study, lang="vi", synthetic=True,
        concluded={},
    )  # fmt: skip
    opened = Presentation(BytesIO(conference_deck(everything)))
    titles = [slide.shapes.title.text_frame.text for slide in opened.slides]
    assert len(set(titles)) == len(titles)
    charts = [s.chart for slide in opened.slides for s in slide.shapes if s.has_chart]
    assert all(len(list(chart.plots[0].categories)) <= 12 for chart in charts)
    if areas == 12:
        seats = [str(seat) for chart in charts for seat in chart.plots[0].categories]
        assert all(any(seat.strip().startswith(name) for seat in seats) for name in [*NAMES, "Huyện 11"])


def test_a_suppressed_value_is_neither_in_the_chart_nor_in_its_workbook() -> None:
    estimates, verdicts, _ = results(3)
    secret, shown = 0.123456, 0.654321
    ours = (estimates["area"] == "1") & (estimates["round"] == "endline")
    estimates.loc[ours, ["value", "low", "high", "n", "flag"]] = [secret, secret, secret, 7654, "suppress"]
    estimates.loc[estimates["area"] == "0", "value"] = shown
    verdicts.loc[verdicts["area"] == "1", ["value", "low", "high"]] = secret
    endline = estimates[estimates["round"] == "endline"]
    rows = show.publish(endline, verdicts, made_up_study(3), "vi")
    made_deck = slides([Slide(title="a", notes="b", chart=rows)], title="x", subtitle="y", lang="vi")
    found = set()
    with ZipFile(BytesIO(made_deck)) as archive:
        for name in archive.namelist():
            parts = [archive.read(name)]
            if name.endswith(".xlsx"):
                with ZipFile(BytesIO(parts[0])) as book:
                    parts = [book.read(sheet) for sheet in book.namelist()]
            for part in parts:
                assert b"12.3456" not in part
                assert b"7.654" not in part
                found |= {name.rpartition(".")[2]} if b"65.4321" in part else set()
    assert found == {"xml", "xlsx"}  # what may be seen is in both


def test_a_long_table_goes_on_over_slides_and_stays_on_them() -> None:
    estimates, verdicts, _ = results(30)
    endline = estimates[estimates["round"] == "endline"]
    table = show.areas_table(endline, verdicts, made_up_study(30), "vi")
    made_deck = slides([Slide(title="a", notes="b", table=table)], title="x", subtitle="y", lang="vi")
    opened = Presentation(BytesIO(made_deck))
    grids = [shape for slide in opened.slides for shape in slide.shapes if shape.has_table]
    assert len(grids) > 1
    assert sum(len(grid.table.rows) - 1 for grid in grids) == len(table.cells)
    assert all(grid.top + sum(row.height for row in grid.table.rows) < 7.02 * 914400 for grid in grids)


def test_nothing_is_off_a_slide_and_a_picture_leaves_its_title_to_the_slide(deck) -> None:
    for slide in deck.slides:
        boxes = [shape for shape in slide.shapes if shape.width]
        assert all(box.left >= 0 and box.left + box.width <= deck.slide_width for box in boxes)
        assert all(box.top >= 0 and box.top + box.height <= deck.slide_height for box in boxes)
    (picture,) = [shape for shape in deck.slides[4].shapes if shape.shape_type == 13]
    assert 0.05 < picture.crop_top < 0.25


def test_tables_are_native_and_names_stay_names(deck) -> None:
    (frame,) = [shape for shape in deck.slides[3].shapes if shape.has_table]
    text = [cell.text for row in frame.table.rows for cell in row.cells]
    assert NAMES[3] in text
    assert sum(column.width for column in frame.table.columns) <= deck.slide_width


def test_the_same_input_gives_the_same_bytes_without_outside_addresses() -> None:
    one = made()
    assert one == made()
    with ZipFile(BytesIO(one)) as archive:
        relations = [archive.read(name) for name in archive.namelist() if name.endswith(".rels")]
    assert not any(b'TargetMode="External"' in relation for relation in relations)


def test_the_study_s_own_words_are_on_every_slide() -> None:
    made_deck = slides([Slide(title="a", notes="b")], title="x", subtitle="y", lang="vi", banner="Minh họa")
    for slide in Presentation(BytesIO(made_deck)).slides:
        assert any(shape.has_text_frame and shape.text_frame.text == "Minh họa" for shape in slide.shapes)
