"""Deliveries and declarations that once broke a check, or told what it must not tell."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from kgeval.cli.check import check
from kgeval.errors import StudyError
from kgeval.plan.study import read_study
from kgeval.prepare import receive
from kgeval.prepare.field import FieldChecks, field_checks, parameters

sys.path.insert(0, str(Path(__file__).parent))
import in_the_field


def changed(folder: Path, **columns: object) -> tuple[Path, Path]:
    """Return the delivered folders, the mothers' file with other columns."""
    study, data = in_the_field.deliver(folder)
    rows = pd.read_csv(data / "mothers.csv", dtype="str", keep_default_na=False)
    rows.assign(**columns).to_csv(data / "mothers.csv", index=False)
    return study, data


def declare(study: Path, old: str, new: str, file: str = "field.toml") -> None:
    path = study / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def checked(study: Path, data: Path) -> FieldChecks:
    definition = read_study(study)
    return field_checks(receive(definition, data, in_part=True), definition, data)


def not_run(found: FieldChecks, check: str) -> set[tuple[str, str]]:
    rows = found.not_run.loc[(found.not_run["check"] == check) & (found.not_run["table"] == "mothers")]
    return set(zip(rows["reason"], rows["what"], strict=True))


def test_ages_that_nobody_answered_have_nothing_on_both_sides(tmp_path: Path) -> None:
    found = checked(*changed(tmp_path, months=""))
    assert not_run(found, "heaping") == {("cut_off", f"months: {at}") for at in (12, 24, 36)}
    assert found.sheets["heaping"].empty


def test_a_number_called_value_is_judged_and_may_make_groups(tmp_path: Path) -> None:
    study, data = in_the_field.deliver(tmp_path)
    declare(study, "| integer | children |", "| integer | value |", "forms/mothers.md")
    rows = pd.read_csv(data / "mothers.csv", dtype="str").rename(columns={"children": "value"})
    rows.to_csv(data / "mothers.csv", index=False)
    (study / "corrections.csv").unlink()
    outlier = checked(study, data).sheets["outlier"]
    told = outlier.loc[outlier["column"] == "value", ["key", "value", "file"]].to_numpy().tolist()
    assert told == [["M02", 40, "mothers.csv"], ["M03", 30, "mothers.csv"]]
    declare(study, 'by = ["round"]', 'by = ["value"]\nat_least = 5')
    outlier = checked(study, data).sheets["outlier"]
    assert outlier[["column", "key", "value", "group"]].to_numpy().tolist() == [["pay", "M04", "•", "1"]]


@pytest.mark.parametrize(
    ("block", "value"),
    [("heaping", 'at = ["12"]'), ("heaping", "at = [12.5]"), ("outlier", "by = [1]"),
     ("outlier", "variables = [1]"), ("outlier", "combine = [[1, 2]]")],
)  # fmt: skip
def test_what_stands_in_a_list_is_checked_too(tmp_path: Path, block: str, value: str) -> None:
    files = {name: text for name, text in in_the_field.STUDY.items() if name != "field.toml"}
    files["field.toml"] = f"[parameters.{block}]\n{value}\n"
    study = read_study(in_the_field.write(tmp_path / "study", files))
    with pytest.raises(StudyError, match="is no value for it"):
        parameters(study)


def test_a_key_of_class_restricted_is_shown_on_no_sheet_of_its_table(tmp_path: Path) -> None:
    study, data = in_the_field.deliver(tmp_path)
    declare(study, "Mã | Id | yes | | | none |", "Mã | Id | yes | | | restricted |", "forms/mothers.md")
    found = checked(study, data)
    for name in ("rules", "outlier", "duplicates", "duration", "straight_line"):
        rows = found.sheets[name]
        assert set(rows.loc[rows["table"] == "mothers", "key"]) == {"•"}, name
    assert not_run(found, "progress") == {("personal", "id")}


def test_no_number_of_the_sheet_gives_a_sensitive_answer_back(tmp_path: Path) -> None:
    outlier = checked(*in_the_field.deliver(tmp_path)).sheets["outlier"].set_index("column")
    numbers = ["value", "min", "mean", "max", "low", "high"]
    assert set(outlier.loc["pay", numbers]) == {"•"}
    assert "•" not in set(outlier.loc["children", numbers])


def test_the_counts_for_machines_hold_no_group(tmp_path: Path) -> None:
    study, data = in_the_field.deliver(tmp_path)
    declare(study, 'by = ["round"]', 'by = ["months"]')
    said = json.loads(CliRunner().invoke(check, [str(study), "--data", str(data), "--json"]).output)
    lines = [row for row in said["not_run"] if row["check"] == "outlier" and row["reason"] == "too_few"]
    assert lines
    assert {tuple(row) for row in lines} == {("check", "table", "reason", "what")}
    assert len({row["what"] for row in lines}) == len(lines)


def test_progress_takes_what_was_decided(tmp_path: Path) -> None:
    study, data = in_the_field.deliver(tmp_path)
    decided = {"action": "set", "reason": "seen", "decided_by": "supervisor", "round": "end"}
    mended = [("mothers", "id", "X11", "M11"), ("list", "listed", "M39", "L39")]
    lines = [
        {"table": table, "key": was, "column": column, "expects_raw": was, "new_value": now, **decided}
        for table, column, was, now in mended
    ]
    pd.DataFrame(lines).to_csv(study / "corrections.csv", index=False)
    found = checked(study, data)
    assert found.sheets["unlisted"]["unit"].tolist() == ["M39"]
    assert found.sheets["pending"]["unit"].tolist() == ["L39"]


def test_a_round_of_contradicting_forms_only_has_met_its_units(tmp_path: Path) -> None:
    study, data = in_the_field.deliver(tmp_path)
    rows = pd.read_csv(data / "mothers.csv", dtype="str")
    rows.loc[rows["id"] == "M12"].to_csv(data / "mothers.csv", index=False)
    progress = checked(study, data).sheets["progress"].set_index("area")
    assert progress["received"].to_dict() == {"01": 1, "02": 0, "": 1}


def test_groups_never_mix_rounds(tmp_path: Path) -> None:
    study, data = in_the_field.deliver(tmp_path)
    declare(study, 'by = ["round"]', 'by = ["enumerator"]\nat_least = 5')
    first = in_the_field.mothers().assign(svy="1", pay="44000000")  # among these M04 would not stand out
    rows = pd.concat([pd.read_csv(data / "mothers.csv", dtype="str"), first])
    rows.to_csv(data / "mothers.csv", index=False)
    found = checked(study, data)
    outlier = found.sheets["outlier"].query("column == 'pay'")
    assert outlier[["key", "round", "n"]].to_numpy().tolist() == [["M04", "end", 8]]  # of E0, but M08, M12
    groups = found.not_run.query("check == 'outlier' and what == 'pay'")[["reason", "group"]]
    assert groups.to_numpy().tolist() == [["no_spread", f"base E{number}"] for number in range(4)]


@pytest.mark.parametrize("name", ["name", "pay"])
def test_a_question_that_is_not_shown_makes_no_groups(tmp_path: Path, name: str) -> None:
    study, data = in_the_field.deliver(tmp_path)
    declare(study, 'by = ["round"]', f'by = ["{name}"]')
    found = checked(study, data)
    assert not_run(found, "outlier") == {("personal", name)}
    assert "mothers" not in set(found.sheets.get("outlier", pd.DataFrame({"table": []}))["table"])


def test_moments_that_cannot_be_read_are_no_checked_moments(tmp_path: Path) -> None:
    found = checked(*changed(tmp_path, start="05/10/2018 08:00"))
    assert not_run(found, "time_of_day") == {("unreadable", "start")}
    assert not_run(found, "duration") == {("unreadable", "start")}
    assert not {"time_of_day", "duration"} & set(found.sheets)


def test_moments_are_read_in_the_order_that_the_study_declares(tmp_path: Path) -> None:
    study, data = in_the_field.deliver(tmp_path)
    rows = pd.read_csv(data / "mothers.csv", dtype="str")
    before = checked(study, data)
    for name in ("start", "end"):
        said = rows[name].str.replace(
            r"^(\d{4})-(\d{2})-(\d{2})T(\d{2}:\d{2}).*$", r"\3/\2/\1 \4", regex=True
        )
        assert not said.equals(rows[name])
        rows[name] = said
    rows.to_csv(data / "mothers.csv", index=False)
    assert not_run(checked(study, data), "time_of_day") == {("unreadable", "start")}
    declare(study, "[tables.mothers]", '[tables.mothers]\nreading = { date_order = "dmy" }', "study.toml")
    after = checked(study, data)
    assert not_run(after, "time_of_day") == not_run(before, "time_of_day")
    for name in ("time_of_day", "duration"):
        pd.testing.assert_frame_equal(*(found.sheets[name].drop(columns="rid") for found in (after, before)))


def test_of_a_column_that_is_read_in_part_the_rest_is_looked_at(tmp_path: Path) -> None:
    study, data = in_the_field.deliver(tmp_path)
    rows = pd.read_csv(data / "mothers.csv", dtype="str")
    rows.loc[rows["id"] == "M20", "start"] = "05/09/2020 08:00"
    rows.to_csv(data / "mothers.csv", index=False)
    found = checked(study, data)
    assert not_run(found, "time_of_day") == not_run(found, "duration") == {("unreadable", "start")}
    assert found.sheets["time_of_day"]["key"].tolist() == ["M01"]
    assert found.sheets["duration"]["key"].tolist() == ["M00"]


def test_interviews_whose_weights_are_not_computed_yet_are_no_less_made(tmp_path: Path) -> None:
    study, data = in_the_field.deliver(tmp_path)
    before = checked(study, data)
    weight = "| decimal | w | Trọng số | Weight | | | | none | |"
    declare(
        study, "|   | integer | children |", f"|   {weight}\n|   | integer | children |", "forms/mothers.md"
    )
    declare(study, "[tables.later]", '[tables.mothers.design]\nweight = "w"\n[tables.later]', "study.toml")
    rows = pd.read_csv(data / "mothers.csv", dtype="str", keep_default_na=False)
    rows["w"] = ["1", ""] * (len(rows) // 2) + ["1"] * (len(rows) % 2)
    rows.to_csv(data / "mothers.csv", index=False)
    after = checked(study, data)
    for name in ("progress", "pending", "duration"):
        pd.testing.assert_frame_equal(*(found.sheets[name].drop(columns="rid") for found in (after, before)))


def test_an_amount_that_was_set_aside_is_no_refusal(tmp_path: Path) -> None:
    study, data = in_the_field.deliver(tmp_path)
    declare(study, 'pay = "-9"', 'pay = "9"')
    declare(study, "| sensitive | -9 |", "| sensitive | 9 |", "forms/mothers.md")
    rows = pd.read_csv(data / "mothers.csv", dtype="str", keep_default_na=False)

    def refused(*said: str) -> int:
        rows.loc[range(20, 20 + len(said)), "pay"] = said
        rows.to_csv(data / "mothers.csv", index=False)
        found = checked(study, data).sheets["refusals"]
        return int(found.loc[found["column"] == "pay", "refused"].sum())

    before = refused("700", "700", "700")
    assert refused("9", "9.0", "9,00") == before + 3
    assert refused("9.000", "9,000", "-9.000") == before
