"""Questionnaires: XLSForms read whole, also those with faults.

``model`` says what a form is, ``sheets``, ``headers``, ``types`` and ``read`` get it from a file,
``check`` finds what is wrong with it, ``write`` makes the files that Kobo and ODK Central take.
"""

from kgeval.plan.form.model import Choice, Fault, Form, Group, Personal, Question
from kgeval.plan.form.read import read_form

__all__ = ["Choice", "Fault", "Form", "Group", "Personal", "Question", "read_form"]
