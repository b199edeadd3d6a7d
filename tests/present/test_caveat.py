"""What a change does not tell depends on whether its table has a comparison side."""

from __future__ import annotations

from kgeval import present as show
from kgeval.plan.study import read_study
from kgeval.present.caveat import change_caveat
from kgeval.present.labels import labels
from tests.evaluate.results import SURVEYS, study
from tests.present.made_up import made_up_study, results


def test_without_a_comparison_side_a_change_stands_alone() -> None:
    made_up, (_, _, changes) = made_up_study(), results()
    assert "không có nhóm đối chứng" in change_caveat(made_up, "vi")
    assert "không có nhóm đối chứng" in str(show.change_sentences(changes, made_up, "vi"))


def test_a_trial_is_never_said_to_lack_its_control_arm() -> None:
    trial = read_study(SURVEYS / "wash_benefits")
    for lang, words in (("vi", "không có nhóm đối chứng"), ("en", "without a comparison group")):
        assert words not in change_caveat(trial, lang)
        assert words not in str(show.limits(trial, lang))
    assert change_caveat(trial, "vi") == labels("vi")["caveat.compared"]


def test_where_one_table_has_sides_the_others_are_named() -> None:
    said = change_caveat(study(), "vi")
    alone, compared = said.split(". ")
    assert "Bà mẹ và người chăm sóc chính" in alone
    assert compared.startswith("Nhóm trẻ: chênh lệch so với bên đối chứng")
    assert change_caveat(study(), "vi", ["T3"]) == labels("vi")["caveat.no_comparison"]
    assert change_caveat(study(), "vi", ["III1c"]) == labels("vi")["caveat.compared"]


def test_nothing_is_said_of_full_counts_where_a_study_has_none() -> None:
    trial, words = read_study(SURVEYS / "wash_benefits"), labels("en")
    assert words["caveat.census"] not in str(show.limits(trial, "en"))
    assert words["caveat.sample"] in str(show.limits(trial, "en"))
    assert {words["caveat.census"], words["caveat.sample"]} <= set(show.limits(study(), "en").paragraphs)
