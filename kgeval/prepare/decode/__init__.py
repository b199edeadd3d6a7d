"""Delivered text into typed answers, each change of notation written down, nothing guessed."""

from kgeval.prepare.decode.column import decode
from kgeval.prepare.decode.manner import Manner
from kgeval.prepare.decode.reading import Decoded

__all__ = ["Decoded", "Manner", "decode"]
