"""A heading stands only above something."""

from __future__ import annotations

import pandas as pd

from kgeval.present.labels import labels
from kgeval.present.prose import Text
from kgeval.present.section import section
from kgeval.present.tables.spec import Column, table_of

COLUMNS = [Column(key="n", heading="n")]
EMPTY = table_of("t", "Title", COLUMNS, [], notes=["no rows"])
FILLED = table_of("t", "Title", COLUMNS, [{"n": ("1", 1)}])
NOTE = Text(paragraphs=("a caveat",), kind="note")
SAID = Text(paragraphs=("a finding",))


def test_nothing_below_means_no_heading() -> None:
    for parts in ((), (EMPTY,), (None, pd.DataFrame(), Text(paragraphs=())), (NOTE,), (EMPTY, [NOTE])):
        found = section("comparison", *parts, lang="vi")
        assert not found
        assert found._repr_html_() == ""
        assert found.parts == ()


def test_what_holds_nothing_is_left_out_beside_what_does() -> None:
    found = section("comparison", EMPTY, FILLED, SAID, [NOTE], lang="vi")
    assert found
    assert found.parts == (FILLED, SAID, NOTE)
    assert labels("vi")["section.comparison.title"] in found._repr_html_()
    assert labels("en")["section.comparison.title"] in section("comparison", SAID, lang="en")._repr_html_()


def test_a_frame_decides_but_is_not_shown() -> None:
    found = section("comparison", pd.DataFrame({"x": [1]}), lang="vi")
    assert found
    assert found.parts == ()


def test_every_part_displays_itself(monkeypatch: object) -> None:
    import IPython.display as seen

    said: list[object] = []
    monkeypatch.setattr(seen, "display", lambda *parts: said.extend(parts))  # type: ignore[attr-defined]
    section("comparison", EMPTY, lang="vi")._ipython_display_()
    assert said == []
    section("comparison", FILLED, SAID, lang="vi")._ipython_display_()
    assert said[1:] == [FILLED, SAID]
    assert said[0].data.startswith("<h2>")  # type: ignore[attr-defined]
