"""The codebook as people read it: a page that loads nothing, and a workbook to filter and sort."""

from kgeval.present.codebook.book import Book
from kgeval.present.codebook.page import codebook_page
from kgeval.present.codebook.sheets import codebook_workbook

__all__ = ["Book", "codebook_page", "codebook_workbook"]
