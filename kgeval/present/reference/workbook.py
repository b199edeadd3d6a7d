"""Reference sheets as a workbook: an index, then a sheet an indicator, the languages side by side."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from textwrap import wrap
from typing import Any

from kgeval.present.archive import MADE
from kgeval.present.labels import labels
from kgeval.present.reference.sheet import Item, ReferenceSheet

_ACCENT, _SOFT, _RULE, _MUTED = "#0072B2", "#F4F7FA", "#D9D9D9", "#595959"
_WIDTHS = (24, 62)  # the headings, each language
_LINE = 15.5  # points: the height of a line
_BOLD = 0.9  # letters in bold take more room


def reference_workbook(
    sheets: Sequence[ReferenceSheet], *, title: str, languages: Sequence[str], banner: str = ""
) -> bytes:
    """Return an .xlsx file; the same sheets give the same bytes.

    Parameters
    ----------
    sheets
        As ``reference_sheets`` returns them.
    title
        The study's name, above the index.
    languages
        The languages in the order of their columns; the first is that of the headings.
    banner
        What every sheet must say.
    """
    from xlsxwriter import Workbook

    target = BytesIO()
    book = Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": title, "created": MADE})
    formats = _formats(book)
    index = _page(book, labels(languages[0])["reference.index"], languages, banner)
    tabs = [_tab(sheet.key) for sheet in sheets]
    _write_index(index, formats, list(zip(tabs, sheets, strict=True)), title, languages)
    for tab, sheet in zip(tabs, sheets, strict=True):
        _write_sheet(_page(book, tab, languages, banner), formats, sheet, languages)
    book.close()
    return target.getvalue()


def _formats(book: Any) -> dict[str, Any]:
    plain = {"text_wrap": True, "valign": "top", "border": 1, "border_color": _RULE, "font_size": 11}
    return {
        "title": book.add_format({"bold": True, "font_size": 16, "font_color": _ACCENT}),
        "muted": book.add_format({"font_color": _MUTED, "italic": True}),
        "head": book.add_format({**plain, "bold": True, "bg_color": _ACCENT, "font_color": "#FFFFFF"}),
        "part": book.add_format({**plain, "bold": True, "bg_color": _SOFT}),
        "side": book.add_format({**plain, "bold": True}),
        "cell": book.add_format(plain),
        "link": book.add_format({**plain, "font_color": _ACCENT, "underline": 1}),
        "back": book.add_format({"font_color": _ACCENT, "underline": 1}),
    }


def _page(book: Any, tab: str, languages: Sequence[str], banner: str) -> Any:
    sheet = book.add_worksheet(tab)
    sheet.set_paper(9)  # A4
    sheet.set_landscape()
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.hide_gridlines(2)
    sheet.set_footer(f"&L{banner.replace('&', '&&')}&R&P / &N")
    sheet.set_column(0, 0, _WIDTHS[0])
    sheet.set_column(1, len(languages), _WIDTHS[1])
    return sheet


def _write_index(
    page: Any, formats: dict[str, Any], sheets: Sequence[tuple[str, ReferenceSheet]], title: str,
    languages: Sequence[str],
) -> None:  # fmt: skip
    words = [labels(lang) for lang in languages]
    page.write_string(
        0, 0, " / ".join(dict.fromkeys(word["reference.title"] for word in words)), formats["title"]
    )
    page.write_string(1, 0, title, formats["muted"])
    page.write_string(3, 0, words[0]["reference.row.code"], formats["head"])
    for column, word in enumerate(words, start=1):
        page.write_string(3, column, word["reference.language"], formats["head"])
    for row, (tab, sheet) in enumerate(sheets, start=4):
        page.write_url(row, 0, f"internal:'{tab}'!A1", formats["link"], sheet.key)
        for column, lang in enumerate(languages, start=1):
            page.write_string(row, column, sheet.title[lang], formats["cell"])
    page.freeze_panes(4, 1)
    page.repeat_rows(3)


def _write_sheet(page: Any, formats: dict[str, Any], sheet: ReferenceSheet, languages: Sequence[str]) -> None:
    words = [labels(lang) for lang in languages]
    title = " / ".join(dict.fromkeys(sheet.title[lang] for lang in languages))
    page.write_string(0, 0, f"{sheet.key}. {title}", formats["title"])
    page.write_url(
        1, 0, f"internal:'{words[0]['reference.index']}'!A1", formats["back"], words[0]["reference.back"]
    )
    row = 3
    page.write_string(row, 0, words[0]["reference.item"], formats["head"])
    for column, word in enumerate(words, start=1):
        page.write_string(row, column, word["reference.language"], formats["head"])
    row = _write_items(page, formats, sheet.items, row + 1, languages)
    for name, items in (("questions", sheet.questions), ("variants", sheet.variants)):
        if items:
            for column in range(len(languages) + 1):
                text = words[max(column - 1, 0)][f"reference.{name}"] if column else ""
                page.write_string(row, column, text, formats["part"])
            row = _write_items(page, formats, items, row + 1, languages)
    page.freeze_panes(4, 1)
    page.repeat_rows(3)


def _write_items(
    page: Any, formats: dict[str, Any], items: Sequence[Item], row: int, languages: Sequence[str]
) -> int:
    for item in items:
        headings = dict.fromkeys(item.heading[lang] for lang in languages)
        page.write_string(row, 0, "\n".join(headings), formats["side"])
        for column, lang in enumerate(languages, start=1):
            page.write_string(row, column, item.text[lang], formats["cell"])
        lines = [_lines(heading, _WIDTHS[0], bold=True) for heading in headings]
        tallest = max(sum(lines), *(_lines(item.text[lang], _WIDTHS[1]) for lang in languages))
        page.set_row(row, _LINE * tallest + 4)
        row += 1
    return row


def _lines(text: str, letters: int, *, bold: bool = False) -> int:
    """Return how many lines a text takes in a column: programs do not all reckon it when they open a file."""
    return max(1, len(wrap(text, int(letters * _BOLD) if bold else letters)))


def _tab(key: str) -> str:
    """Return a name that a workbook takes for a tab: at most 31 letters, none of them forbidden."""
    return "".join("_" if letter in "[]:*?/\\'" else letter for letter in key)[:31]
