"""The head of the report and the block of its signature, as the administrative format sets them."""

from __future__ import annotations

from kgeval.present.word.blocks import Masthead
from kgeval.present.word.measures import measure, text_width
from kgeval.present.word.writer import Writer, bare_table


def write_head(writer: Writer, head: Masthead) -> None:
    """Write who issues the report, the nation's name and motto, number, place and date, kind and abstract."""
    words = writer.words
    left, right = measure("masthead", "left"), measure("masthead", "right")
    agency, nation = bare_table(writer.document, (left, right)).rows[0].cells
    above = head.superior.upper() or words["word.superior_to_fill"]
    if above:
        writer.fill(agency.paragraphs[0], above, "masthead")
    name = agency.add_paragraph() if above else agency.paragraphs[0]
    writer.fill(name, head.agency.upper() or words["word.agency_to_fill"], "masthead_bold")
    number = f"{words['word.number']} {head.number or words['word.number_to_fill']}"
    writer.fill(agency.add_paragraph(), number, "number")
    writer.rule_below(name, left, measure("masthead", "agency_rule"))
    when = nation.paragraphs[0]
    if words["word.nation"]:
        writer.fill(when, words["word.nation"], "masthead_bold")
        motto = writer.fill(nation.add_paragraph(), words["word.motto"], "motto")
        when = nation.add_paragraph()
        writer.rule_below(motto, right, measure("masthead", "motto_rule"))
    place = head.place or words["word.to_fill"]
    writer.fill(when, f"{place}, {head.date or words['word.date_to_fill']}", "place_date")
    writer.line(words["word.kind"], "kind")
    title = writer.line(head.abstract, "abstract")
    writer.rule_below(title, text_width(wide=False), measure("masthead", "abstract_rule"))


def write_signature(writer: Writer, head: Masthead) -> None:
    """Write to whom the report goes, at the left, and who signs it, at the right."""
    words = writer.words
    widths = (measure("masthead", "signature_left"), measure("masthead", "signature_right"))
    writer.line("", "rule")
    recipients, signature = bare_table(writer.document, widths).rows[0].cells
    writer.fill(recipients.paragraphs[0], words["word.recipients"], "recipients_title")
    for line in (*(head.recipients or words.listed("word.recipients_to_fill")), words["word.archive"]):
        writer.fill(recipients.add_paragraph(), line, "recipients")
    titles = head.signatory_title.upper() or words["word.signatory_to_fill"]
    for number, title in enumerate(titles.splitlines()):
        writer.fill(signature.paragraphs[0] if number == 0 else signature.add_paragraph(), title, "signature")
    for _ in range(int(measure("masthead", "room_to_sign"))):
        writer.fill(signature.add_paragraph(), "", "signature")
    writer.fill(signature.add_paragraph(), head.signatory_name or words["word.to_fill"], "signature")
