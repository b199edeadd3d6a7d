"""One table on its way from delivered text to clean values, with everything that was done to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd

from kgeval.errors import ExpressionError
from kgeval.plan.expression import Expression
from kgeval.plan.form import Form
from kgeval.prepare import plain
from kgeval.prepare.log import CELL_ACTIONS, plain_index, sheet_of
from kgeval.prepare.outcome import CHANGE, FINDING, REJECTED, Outcome, frame
from kgeval.prepare.transcribe import Transcript


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A table under cleaning; every frame but ``answers`` keeps all delivered records.

    Parameters
    ----------
    table
        The table's key.
    form
        What was asked.
    sheets
        Index: each delivered sheet's identity (``<hash>:<sheet>:``); source_sha256, file, sheet.
    origin
        Index ``rid``, records and rows that were no records: source_sha256, file, sheet, row.
    untabled
        Index ``rid``: the whole text of rows that could not be laid out in columns.
    text
        Index ``rid``, one column a question that was delivered: the answers as delivered.
    aside
        Index ``rid``: delivered columns that answer no question of the form.
    decoded, answers
        Index ``rid``, the columns of ``text`` typed: as decoding left them, and as they now stand.
        Rejected rows are gone from ``answers``.
    placed
        Index ``rid``: round and area of the records, missing where not known (yet).
    absent
        For each sheet, the questions that it has no column for.
    key_columns
        The questions that name one record.
    history
        What every step found and did, in its order.
    accepted
        Cells (rid, column) that a person has accepted as they are: no check changes or flags them.
    repeat, parents, context
        Where the records are those of a repeat: its name, the ``rid`` of each one's parent, and the
        parent's answers, index ``rid`` of the child.
    """

    table: str
    form: Form
    sheets: pd.DataFrame
    origin: pd.DataFrame
    untabled: pd.Series
    text: pd.DataFrame
    aside: pd.DataFrame
    decoded: pd.DataFrame
    answers: pd.DataFrame
    placed: pd.DataFrame
    absent: Mapping[str, frozenset[str]]
    key_columns: tuple[str, ...]
    history: Outcome
    accepted: frozenset[tuple[str, str]] = frozenset()
    repeat: str = ""
    parents: pd.Series | None = None
    context: pd.DataFrame | None = None

    def after(self, outcome: Outcome) -> Draft:
        """Return the table after a step: its cells changed, its rejected rows gone."""
        answers = amend(self.answers, outcome, self.form)
        gone = [rid for rows in outcome.rejected for rid in rows.column("rid")]
        answers = answers.loc[~answers.index.isin(gone)] if gone else answers
        return replace(self, answers=answers, history=Outcome.of([self.history, outcome]))

    @property
    def findings(self) -> pd.DataFrame:
        """All findings so far (``outcome.FINDING``)."""
        return frame(self.history.findings, FINDING)

    @property
    def rejections(self) -> pd.DataFrame:
        """All rejected rows so far (``outcome.REJECTED``), each with its first reason."""
        return frame(self.history.rejected, REJECTED).drop_duplicates("rid", ignore_index=True)

    def unsettled(self, column: str, rids: pd.Index) -> pd.Index:
        """Return the records whose cell in ``column`` nobody has accepted as it is."""
        settled = [rid for rid, name in self.accepted if name == column]
        return rids[~rids.isin(settled)] if settled else rids

    def select(self, names: Iterable[str], answers: pd.DataFrame | None = None) -> pd.DataFrame:
        """Return the columns of these questions, of ``answers`` or as they now stand.

        A question that was not delivered is missing throughout; a name that is none is left out.
        """
        answers = self.answers if answers is None else answers
        columns = {}
        for name in names:
            if name in answers:
                columns[name] = answers[name]
            elif self.context is not None and name in self.context:
                columns[name] = self.context[name].reindex(answers.index)
            elif name in self.questions:
                of = plain.DTYPES[plain.kind(self.form.question(name).type)]
                columns[name] = pd.Series(index=answers.index, dtype=of)
        return pd.DataFrame(columns, index=answers.index, copy=False)

    def truth(
        self, condition: Expression, *, current: pd.Series | None = None, today: date | None = None
    ) -> pd.Series | None:
        """Return where the condition holds (``boolean``, missing for unknown), as the answers now stand.

        None where it cannot be judged on this table, e.g. because it reaches into a repeat.
        """
        frame = self.select(condition.names - {"."})
        labels = (
            self.form.choice_labels(self.form.default_language)
            if "jr:choice-name" in condition.text
            else None
        )
        try:
            return condition.truth(frame, current=current, today=today, choices=labels)
        except ExpressionError:
            return None

    @property
    def questions(self) -> frozenset[str]:
        """The names of the form's questions."""
        return frozenset(question.name for question in self.form.questions)

    def lost(self, column: str) -> pd.Series:
        """Return where an answer may have been given that we do not have.

        It was delivered and could not be kept, or the sheet has no column for it; an answer that
        was never given is not lost.
        """
        rids = self.answers.index
        if self.context is not None and column in self.context:
            return self.context[column].reindex(rids).isna()
        if column not in self.text:
            return pd.Series(True, index=rids)
        given = self.text[column].reindex(rids).notna() & self.answers[column].isna()
        without = [sheet for sheet, questions in self.absent.items() if column in questions]
        return given | sheet_of(rids).isin(without) if without else given

    def keys(self, rids: pd.Index | None = None) -> pd.Series:
        """Return the text of each record's key as it now stands, as delivered where it has none.

        ``rids`` are the records asked for, known or not; by default all that were delivered.
        """
        rids = self.text.index if rids is None else rids
        named = [column for column in self.key_columns if column in self.text]
        if not named:
            return pd.Series(pd.NA, index=rids, dtype="str")
        parts = [
            plain.plain(self.answers[column].reindex(rids)).fillna(self.text[column].reindex(rids))
            for column in named
        ]
        return (
            parts[0]
            if len(parts) == 1
            else parts[0].str.cat(pd.concat(parts[1:], axis=1), sep=" · ", na_rep="")
        )


def draft(
    table: str,
    form: Form,
    transcripts: Sequence[Transcript],
    *,
    key_columns: Sequence[str] = (),
    repeat: str = "",
) -> Draft:
    """Put the sheets of one table under one another, before any check."""
    text = _by_record([transcript.text for transcript in transcripts])
    records = text.index
    asked = [question.name for question in form.questions if question.name in text]
    answers = _indexed(_stack([transcript.answers for transcript in transcripts], asked, form), records)
    sheets = pd.DataFrame(
        {
            transcript.sheet: {
                "source_sha256": transcript.delivered.source.sha256,
                "file": transcript.delivered.source.file,
                "sheet": transcript.delivered.source.sheet,
            }
            for transcript in transcripts
        }
    ).T
    return Draft(
        table=table,
        form=form,
        sheets=sheets,
        origin=_indexed(_origin(transcripts), records),
        untabled=_by_record([transcript.delivered.rejected["text"] for transcript in transcripts]),
        text=text.reindex(columns=asked),
        aside=_indexed(_by_record([transcript.aside for transcript in transcripts]), records),
        decoded=answers,
        answers=answers,
        placed=pd.DataFrame({"round": "", "area": ""}, index=text.index, dtype="str"),
        absent={transcript.sheet: frozenset(set(asked) - set(transcript.text)) for transcript in transcripts},
        key_columns=tuple(key_columns),
        history=Outcome.of(transcript.outcome for transcript in transcripts),
        repeat=repeat,
    )


def _stack(frames: Sequence[pd.DataFrame], columns: Sequence[str], form: Form) -> pd.DataFrame:
    """Concatenate typed frames so that a column which some of them lack keeps its type."""
    index = plain_index(frames[0].index.append([frame.index for frame in frames[1:]]))
    stacked = {}
    for name in columns:
        dtype: Any = plain.DTYPES[plain.kind(form.question(name).type)]
        parts = [
            frame[name].astype(dtype) if name in frame else pd.Series(index=frame.index, dtype=dtype)
            for frame in frames
        ]
        stacked[name] = (parts[0] if len(parts) == 1 else pd.concat(parts)).set_axis(index)
    return pd.DataFrame(stacked, index=index)


def _origin(transcripts: Sequence[Transcript]) -> pd.DataFrame:
    parts = []
    for transcript in transcripts:
        delivered = transcript.delivered
        rows = pd.concat([delivered.rows, delivered.rejected["row"]]).astype("Int64")
        parts.append(
            pd.DataFrame({"row": rows}).assign(
                source_sha256=delivered.source.sha256,
                file=delivered.source.file,
                sheet=delivered.source.sheet,
            )
        )
    origin: pd.DataFrame = _by_record(parts)
    return origin


def _by_record(parts: Sequence[Any]) -> Any:
    """Put frames or series under one another, indexed so that records are found fast."""
    together = parts[0] if len(parts) == 1 else pd.concat(parts)
    return together.set_axis(plain_index(together.index))


def _indexed(frame: pd.DataFrame, records: pd.Index) -> pd.DataFrame:
    """Return a frame of the same records under the very same index, which finds them by one table."""
    return frame.set_axis(records) if frame.index.equals(records) else frame


def amend(answers: pd.DataFrame, outcome: Outcome, form: Form) -> pd.DataFrame:
    """Return the answers with every cell changed; the last change of a cell wins."""
    if not any(rows.size for rows in outcome.changes):
        return answers
    changes = frame(outcome.changes, CHANGE)
    changes = changes.loc[changes["action"].isin(CELL_ACTIONS) & changes["column"].isin(answers.columns)]
    columns: dict[str, pd.Series] = {}
    for name, lines in changes.groupby("column", sort=False):
        last = lines.drop_duplicates("rid", keep="last")
        place = answers.index.get_indexer(pd.Index(last["rid"].to_numpy(dtype=object)))
        text = last["new_value"].where(last["new_value"] != "")[place >= 0]
        column = answers[str(name)].array.copy()
        column[place[place >= 0]] = plain.typed(text, plain.kind(form.question(str(name)).type)).array
        columns[str(name)] = pd.Series(column, index=answers.index)
    return answers.assign(**columns) if columns else answers
