"""Raw files into analysable tables, with every row and every change accounted for.

In the data's way: ``receive`` reads what a folder delivers, ``clean`` decodes, checks and corrects it
with a full account, ``conservation`` proves that nothing was lost, ``link`` joins what belongs
together and derives columns.
"""

from kgeval.prepare.account import with_totals
from kgeval.prepare.assemble import Cleaned, conservation
from kgeval.prepare.clean import clean
from kgeval.prepare.deposit import deposit
from kgeval.prepare.link import link
from kgeval.prepare.receive import Delivery, receive
from kgeval.prepare.shared import Received, clean_received
from kgeval.prepare.whole import deposit_whole

__all__ = [
    "Cleaned",
    "Delivery",
    "Received",
    "clean",
    "clean_received",
    "conservation",
    "deposit",
    "deposit_whole",
    "link",
    "receive",
    "with_totals",
]
