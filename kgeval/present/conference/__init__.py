"""What stands in the report and in the slides of a conference, made from the results alone.

``drawn`` makes the charts, ``report`` the written report of an area, ``deck`` the slides; ``judged`` says
which results a conference speaks of.
"""

from kgeval.present.conference.deck import deck
from kgeval.present.conference.drawn import charts
from kgeval.present.conference.report import area_report

__all__ = ["area_report", "charts", "deck"]
