"""Questionnaires: XLSForms read whole, also those with faults.

``model`` says what a form is, ``sheets``, ``headers``, ``cells``, ``types`` and ``read`` get it from a file,
``check`` (with ``logic`` and ``judge``) finds what is wrong with it, ``write`` makes the files that Kobo
and ODK Central take.
"""

from kgeval.plan.form.check import check_form
from kgeval.plan.form.model import Choice, Fault, Form, Group, Personal, Question
from kgeval.plan.form.read import read_form
from kgeval.plan.form.write import write_form

__all__ = [
    "Choice",
    "Fault",
    "Form",
    "Group",
    "Personal",
    "Question",
    "check_form",
    "read_form",
    "write_form",
]
