"""The written report in the administrative format, as a Word file that a secretary can go on editing.

``blocks`` says what a report is made of, ``document`` writes it; ``styles`` are read from
``resources/nd30.toml``, and all XML that python-docx has no door to stands in ``xml``.
"""

from kgeval.present.word.blocks import Appendix, Block, Figure, Heading, Masthead, Paragraph
from kgeval.present.word.document import report

__all__ = ["Appendix", "Block", "Figure", "Heading", "Masthead", "Paragraph", "report"]
