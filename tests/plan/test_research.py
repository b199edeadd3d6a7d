"""``research.toml`` is checked like every file: names, choices, and what must never be modelled."""

from __future__ import annotations

from pathlib import Path

import pytest

from kgeval.errors import ParameterError
from kgeval.plan.asked_model import with_model
from kgeval.plan.study import read_study
from tests.plan.test_programme import change, faults, folder

__all__ = ["folder"]
STUDY = Path(__file__).parents[2] / "surveys" / "kien_giang"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('value = "${BM09} = 3"', 'value = "${BM99} = 3"', "table 'mothers' has no column 'BM99'"),
        ('cluster = "group_id"', "", "name with 'cluster' the units"),
        ('by = "round"', 'by = "rounds"', "no column 'rounds'"),
        ('rounds = ["baseline", "endline"]', 'rounds = ["midline"]', "there is no round 'midline'"),
        ('variant = "six_months"', 'variant = "six"', "no variant 'six'"),
        ('weight = ["design", "none"]', 'weight = ["bare"]', "weight = 'bare' is none of design, none"),
        ("[curve.T3]", "[curve.T9]", "curve T9: there is no such indicator"),
        ('variant = "main"', 'variant = "supported"', "let denominator and success begin with 'main'"),
        ('value = "${BM50} = 1"', 'value = "${BM50} = 1 +"', "books term 1"),
        ('key = "girl"', 'key = "age"', "two terms are called 'age'"),
        ('outcome = "${EC1} >= 3"', "", "'outcome' is missing"),
    ],
)
def test_what_does_not_fit_is_named(folder: Path, before: str, after: str, said: str) -> None:
    change(folder, "research.toml", before, after)
    assert said in faults(folder)


def test_answers_of_the_restricted_store_are_never_modelled(folder: Path) -> None:
    study = read_study(STUDY)
    name = study.guarded["groups"][0]
    (folder / "research.toml").write_text(
        f'[model.danger]\nlabel = "x"\ntable = "groups"\ncluster = "group_id"\noutcome = "${{{name}}} = 1"\n'
        'kind = "logistic"\n[[model.danger.term]]\nkey = "s"\nlabel = "x"\nvalue = "${supported}"\n',
        encoding="utf-8",
    )
    assert f"{name!r} is of class restricted" in faults(folder)


def test_a_curve_that_nobody_can_read_is_refused(folder: Path) -> None:
    block = '[[curve.T3.records]]\nkey = "r{n}"\nlabel = "x"\nwhere = "${{BM30}} > {n}"\n'
    more = "\n" + "".join(block.format(n=n) for n in range(9))
    path = folder / "research.toml"
    path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    assert "594 specifications are more than can be read" in faults(folder)


def test_a_model_may_be_asked_for_by_parameters() -> None:
    study = read_study(STUDY)
    assert with_model(study, table="", outcome="", terms=[]) is study
    asked = with_model(study, table="mothers", outcome="${BM42}", terms=["${BM09} = 3", "${BM30}"])
    model = asked.research.models[-1]
    assert (model.key, [term.key for term in model.terms]) == ("asked", ["term 1", "term 2"])
    assert len(study.research.models) == len(asked.research.models) - 1
    with pytest.raises(ParameterError, match="no column 'BM99'"):
        with_model(study, table="mothers", outcome="${BM99}", terms=["${BM30}"])
    with pytest.raises(ParameterError, match="at least one term"):
        with_model(study, table="mothers", outcome="${BM42}", terms=[])


def test_a_study_without_the_file_asks_nothing(folder: Path) -> None:
    (folder / "research.toml").unlink()
    assert read_study(folder).research.models == ()
