"""The submissions of one table as the field checks look at them: cleaned, placed, with their roles."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pandas as pd

from kgeval.plan.field_plan import CODES, FieldPlan, Roles
from kgeval.plan.form import Form, Question
from kgeval.prepare.decode.numbers import numbers_among
from kgeval.prepare.decode.text import fold
from kgeval.prepare.draft import Draft
from kgeval.prepare.field.moments import moments
from kgeval.prepare.journal import MASK, hidden, masked

PLACE = ("file", "sheet", "row", "key", "round", "area")
AGAIN = frozenset({"EXACT_DUPLICATE", "CONFLICTING_DUPLICATE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Submissions:
    """The records of one table (or repeat) in the rounds and areas that are looked at.

    Parameters
    ----------
    table, form, roles, repeat
        Whose they are, what was asked, what the columns stand for; "" for the main record.
    place
        Index ``rid`` of every record that cleaning kept or rejected as a duplicate, in the order of the
        files: ``PLACE``. A key that identifies persons is masked.
    answers
        Index ``rid`` of the kept records: the answers as they stand after cleaning.
    delivered, identity
        Index as ``place``: the answers as decoded, and the columns that name one record.
    asked, kinds
        As ``answers``: whether the question was to be asked; which kind of non-answer was given, for
        the questions that have a code for one ("" where none was).
    aside
        As ``place``: what was delivered and answers no question, as text (the server's own columns).
    accepted
        Cells (rid, column) that a person has accepted.
    date_order
        The declared order of day, month and year in the files; None: none.
    """

    table: str
    form: Form
    roles: Roles
    repeat: str
    place: pd.DataFrame
    answers: pd.DataFrame
    delivered: pd.DataFrame
    identity: pd.DataFrame
    asked: pd.DataFrame
    kinds: pd.DataFrame
    aside: pd.DataFrame
    accepted: frozenset[tuple[str, str]]
    date_order: str | None = None

    @property
    def hidden(self) -> frozenset[str]:
        """The questions whose answers are not shown."""
        return hidden(self.form)

    @property
    def withheld(self) -> frozenset[str]:
        """The questions of which nothing but their presence is told."""
        return masked(self.form)

    @property
    def groups(self) -> pd.DataFrame:
        """Round and area of the kept records."""
        return self.place.loc[self.answers.index, ["round", "area"]]

    def column(self, name: str) -> pd.Series | None:
        """Return a question's answers or a delivered column of the kept records; None: there is none."""
        if name in self.answers:
            return self.answers[name]
        if name in self.aside:
            found = self.aside[name]
            one = found.iloc[:, 0] if isinstance(found, pd.DataFrame) else found
            return one.reindex(self.answers.index)
        return None

    def role(self, role: str) -> pd.Series:
        """Return the column that plays a role, missing throughout where none does."""
        name = getattr(self.roles, role)
        found = self.column(name) if name and name not in self.withheld else None
        return pd.Series(pd.NA, index=self.answers.index, dtype="str") if found is None else found

    @property
    def enumerator(self) -> pd.Series:
        """Who made each record, also those that were rejected as duplicates; index as ``place``."""
        name = self.roles.enumerator
        if not name or name in self.withheld or (name not in self.delivered and name not in self.aside):
            return pd.Series(pd.NA, index=self.place.index, dtype="str")
        found = (self.delivered if name in self.delivered else self.aside)[name]
        one = found.iloc[:, 0] if isinstance(found, pd.DataFrame) else found
        now = self.role("enumerator").reindex(self.place.index)  # a correction may have named somebody else
        return now.fillna(one.astype("str"))

    def moment(self, role: str) -> pd.Series:
        """Return when each interview started or ended, on the interviewer's own clock."""
        return moments(self.role(role), self.date_order)

    @property
    def minutes(self) -> pd.Series:
        """How long each interview took; missing where start or end is not known."""
        return (self.moment("end") - self.moment("start")).dt.total_seconds() / 60

    @property
    def consent(self) -> pd.Series:
        """Whether each interview was agreed to; missing where unknown, or where no role says so."""
        if self.roles.consent is None:
            return pd.Series(pd.NA, index=self.answers.index, dtype="boolean")
        return truth(self.answers, self.roles.consent)


def truth(answers: pd.DataFrame, condition: object) -> pd.Series:
    """Return where an expression holds; what was not delivered is unanswered."""
    names = condition.names - {"."}  # type: ignore[attr-defined]
    absent = {name: pd.Series(pd.NA, index=answers.index, dtype="str") for name in names - set(answers)}
    held: pd.Series = condition.truth(answers.assign(**absent))  # type: ignore[attr-defined]
    return held


def unordered(answers: pd.DataFrame, form: Form) -> pd.DataFrame:
    """Return the answers with the codes of each select_multiple in one order: "1 2" is "2 1"."""
    several = [q.name for q in form.questions if q.type == "select_multiple" and q.name in answers]
    return answers.assign(
        **{
            name: answers[name].map(lambda codes: " ".join(sorted(codes.split())), na_action="ignore")
            for name in several
        }
    )


def submissions(
    draft: Draft,
    plan: FieldPlan,
    *,
    rounds: Collection[str],
    areas: Collection[str] | None,
    date_order: str | None = None,
) -> Submissions:
    """Return the records of a cleaned table in some rounds and areas (None: all)."""
    placed = draft.placed.loc[draft.placed["round"].isin(list(rounds))]
    if areas is not None:
        placed = placed.loc[placed["area"].isin(list(areas))]
    records = delivered_records(draft)
    rids = records[records.isin(placed.index)]
    kept = rids[rids.isin(draft.answers.index)]
    roles = plan.roles(draft.table) if not draft.repeat else Roles()
    questions = [q for q in draft.form.questions if q.name in draft.answers]
    answers = draft.answers.loc[kept]
    return Submissions(
        table=draft.table,
        form=draft.form,
        roles=roles,
        repeat=draft.repeat,
        place=_place(draft, rids),
        answers=answers,
        delivered=unordered(draft.decoded.loc[rids], draft.form),
        identity=_identity(draft, rids),
        asked=pd.DataFrame({q.name: _asked(draft, q).loc[kept] for q in questions}, index=kept),
        kinds=_kinds(draft, plan, questions, kept),
        aside=draft.aside.reindex(rids),
        accepted=draft.accepted,
        date_order=date_order,
    )


def delivered_records(draft: Draft) -> pd.Index:
    """Return the records that cleaning kept or rejected as duplicates, in the order of the files."""
    again = draft.rejections.loc[draft.rejections["reason"].isin(AGAIN), "rid"]
    everyone = draft.decoded.index
    return everyone[everyone.isin(draft.answers.index) | everyone.isin(again)]


def standing(decoded: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    """Return the answers as they stand after cleaning, of records that are not among them as decoded.

    Index and columns are those of ``decoded``.
    """
    kept = answers.loc[answers.index.isin(decoded.index), list(decoded.columns)]
    apart = decoded.loc[~decoded.index.isin(answers.index)]
    return (pd.concat([kept, apart]) if len(apart) else kept).loc[decoded.index]


def _place(draft: Draft, rids: pd.Index) -> pd.DataFrame:
    place = draft.origin.loc[rids, ["file", "sheet", "row"]].join(draft.placed)
    keys = draft.keys(rids).fillna("")
    personal = bool(masked(draft.form) & set(draft.key_columns))
    return place.assign(key=keys.mask(keys != "", MASK) if personal else keys).reindex(columns=list(PLACE))


def _identity(draft: Draft, rids: pd.Index) -> pd.DataFrame:
    """Return what names a record, as it now stands; of rejected duplicates as decoded."""
    named = [name for name in draft.key_columns if name in draft.decoded]
    keys = standing(draft.decoded.loc[rids, named], draft.answers)
    return keys.join(draft.placed.add_prefix("placed ")) if named else keys


def _asked(draft: Draft, question: Question) -> pd.Series:
    """Return where a question was to be asked; a skip that cannot be judged here asks everybody."""
    asked = draft.truth(question.relevant) if question.relevant is not None else None
    if asked is None:
        return pd.Series(True, index=draft.answers.index)
    return asked.fillna(value=False).astype(bool)


def _kinds(draft: Draft, plan: FieldPlan, questions: list[Question], kept: pd.Index) -> pd.DataFrame:
    columns = {}
    for question in questions:
        codes = _codes(plan, question)
        if any(codes.values()) and question.name not in masked(draft.form):
            said = draft.answers[question.name].astype("str").loc[kept]
            text = draft.text[question.name].loc[kept]
            columns[question.name] = _kind(said, text, question, codes)
    return pd.DataFrame(columns, index=kept)


def _codes(plan: FieldPlan, question: Question) -> dict[str, tuple[str, ...]]:
    return {
        kind: tuple(
            dict.fromkeys(
                code
                for name in (question.list_name, question.name)
                for code in plan.codes.get(kind, {}).get(name, ())
            )
        )
        for kind in CODES
    }


def _kind(
    said: pd.Series, text: pd.Series, question: Question, codes: Mapping[str, tuple[str, ...]]
) -> pd.Series:
    """Return the kind of each answer; a missing code left the answer empty and stands in the text."""
    kind = pd.Series("", index=said.index, dtype="str")
    bare = text.fillna("").astype("str").map(fold).where(said.isna(), "")
    # 9.000 has two readings and was set aside: an amount perhaps, no code 9
    plain = bare.mask(bare.str.fullmatch(r"-?[1-9][0-9]{0,2}[.,][0-9]{3}"), "")
    numbers = pd.to_numeric(plain.str.replace(",", "."), errors="coerce")
    for name in reversed(CODES):  # the first kind wins
        own = set(codes[name])
        words = {fold(code) for code in own}
        words |= {
            fold(label) for c in question.choices if c.name in own for label in c.label.values() if label
        }
        given = said.fillna("").map(lambda answer, own=own: bool(own & set(answer.split())))
        coded = numbers.isin(numbers_among(frozenset(own)))  # 98 may stand there as 98.0
        kind = kind.mask(given.astype(bool) | bare.isin(words - {""}) | coded, name)
    return kind
