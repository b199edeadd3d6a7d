"""The page to hand out: safe, whole, without a request, and used in a real browser."""

from __future__ import annotations

import json
import re
import time
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest

from kgeval.present.handout import embedded, handout, payload
from tests.present.browser import ENTER, Browser, browser
from tests.present.made_up import NAMES
from tests.present.test_pack import all_results

SQUARE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


def test_data_cannot_leave_their_block() -> None:
    nasty = {"name": '</script><script>alert(1)</script><!-- \u2028 & "'}
    text = embedded(nasty)
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == nasty


def test_the_policy_allows_the_page_itself_and_nothing_else() -> None:
    page = handout(all_results())
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert policy[1].startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy[1]
    for tag, content in re.findall(r"<(style|script)>(.*?)</(?:style|script)>", page, re.DOTALL):
        digest = b64encode(sha256(content.encode("utf-8")).digest()).decode("ascii")
        assert f"{tag}-src 'sha256-{digest}'" in policy[1]
    assert "http" not in re.sub(r"http://www\.w3\.org/2000/svg|http-equiv", "", page)
    assert "innerHTML" not in page
    assert len(page.encode("utf-8")) < 60_000
    assert handout(all_results()) == page


def test_suppressed_results_have_no_number_anywhere() -> None:
    given = payload(all_results(3, suppressed=True))
    assert {row["code"] for row in given["rows"]} == {"suppressed"}
    for row in given["rows"]:
        assert [row[name] for name in ("at", "low", "high")] == [None, None, None]
        assert (row["value"], row["interval"], row["n"], row["official"]) == ("–", "", "", "")
        assert not re.search(r"\d+,\d", row["said"] + row["changed"])


def test_nothing_to_show_is_still_a_page() -> None:
    given = payload(all_results(2, count=0))
    assert (given["rows"], given["drawn"]) == ([], [])
    assert "<main" in handout(all_results(2, count=0))


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    with browser(tmp_path_factory.mktemp("browser")) as session:
        yield session


def written(folder: Path, page: str) -> Path:
    path = folder / "page.html"
    path.write_text(page, encoding="utf-8")
    return path


def settled(session: Browser) -> None:
    """Assert that nothing sticks out, nothing was asked for, and nothing was complained of."""
    wide = session.run("return [document.documentElement.scrollWidth, innerWidth]")
    assert wide[0] <= wide[1]
    assert session.run("return performance.getEntriesByType('resource').length") == 0
    assert session.run("return document.querySelectorAll('img, iframe, object, link').length") == 0
    assert session.complaints() == []


@pytest.mark.parametrize("width", [1280, 390])
def test_clicks_and_keys_choose_an_area(chromium, tmp_path, width) -> None:
    chromium.open(written(tmp_path, handout(all_results())), width=width)
    place = "return document.getElementById('place').textContent"
    assert chromium.run(place) == "Toàn tỉnh"
    chromium.click(".tile:nth-child(2)")
    assert chromium.run(place) == NAMES[1]
    assert "area=1" in chromium.run("return location.hash")
    first = chromium.run("return document.querySelector('.row .name').textContent")
    chromium.press(".row:nth-child(1)", ENTER)
    assert chromium.run(place) == first
    assert chromium.run("return document.activeElement.className").startswith("row ")
    chosen = "list.value = '2'; list.dispatchEvent(new Event('change'))"
    chromium.run(f"const list = document.getElementById('area'); {chosen}")
    assert chromium.run(place) == NAMES[2]
    assert chromium.run("return document.querySelectorAll('#table tbody tr').length") == 1
    settled(chromium)


def test_the_address_names_an_area_and_a_strange_one_is_ignored(chromium, tmp_path) -> None:
    page = written(tmp_path, handout(all_results()))
    chromium.open(page, "#area=3&target=R")
    assert chromium.run("return document.getElementById('place').textContent") == NAMES[3]
    chromium.open(page, "#area=<img>&target=__proto__")
    assert chromium.run("return document.getElementById('place').textContent") == "Toàn tỉnh"
    settled(chromium)


def test_the_downloaded_file_is_for_excel_and_defused(chromium, tmp_path) -> None:
    chromium.open(written(tmp_path, handout(all_results(6), file="made_up.csv")))
    chromium.click("#download")
    path = chromium.folder / "made_up.csv"
    for _ in range(100):
        if path.is_file():
            break
        time.sleep(0.05)
    text = path.read_bytes().decode("utf-8")
    assert text.startswith("\ufeffĐịa bàn;Chỉ tiêu;")
    assert "\r\n'=1+1;" in text
    assert "alert(1)" in text  # a name as it is, quoted for the file
    assert "SYNTHETIC DATA" in text


@pytest.mark.parametrize("areas", [1, 12])
@pytest.mark.parametrize("width", [1280, 390])
def test_awkward_names_stay_names_and_fit(chromium, tmp_path, areas, width) -> None:
    chromium.open(written(tmp_path, handout(all_results(areas))), width=width)
    names = chromium.run("return [...document.querySelectorAll('.row .name')].map((x) => x.textContent)")
    assert set(names) - {""} == {*[one.label["vi"] for one in all_results(areas).study.areas], "Toàn tỉnh"}
    assert chromium.run("return document.getElementById('where').hidden") == (areas == 1)
    settled(chromium)


def test_the_map_of_the_user_stands_after_the_chart(chromium, tmp_path) -> None:
    shapes = {str(n): (tuple((x + n, y) for x, y in SQUARE),) for n in range(4)}
    chromium.open(written(tmp_path, handout(all_results(), boundaries=shapes)))
    chromium.run("document.querySelectorAll('.shape')[3].dispatchEvent(new Event('click'))")
    assert chromium.run("return document.getElementById('place').textContent") == NAMES[3]
    after = "return !!(chart.compareDocumentPosition(map) & Node.DOCUMENT_POSITION_FOLLOWING)"
    assert chromium.run(
        f"const chart = document.getElementById('chart'), map = document.getElementById('map'); {after}"
    )
    settled(chromium)


@pytest.mark.parametrize("given", [{"suppressed": True}, {"count": 0}])
def test_nothing_published_is_said(chromium, tmp_path, given) -> None:
    chromium.open(written(tmp_path, handout(all_results(3, **given))))
    text = chromium.run("return document.body.innerText")
    assert ("Không công bố" if given.get("suppressed") else "Chưa có số liệu công bố") in text
    settled(chromium)
