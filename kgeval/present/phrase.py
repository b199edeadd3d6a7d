"""Parts of sentences: what one is about, reasons in words, a label at the start or in the middle of it."""

from __future__ import annotations

from kgeval.present.labels import Labels, labels


def subject(place: str, label: str, lang: str) -> str:
    """Return what a sentence is about: ``Tại Rạch Giá, tỷ lệ …``."""
    words = labels(lang)
    if place.startswith(words.listed("subject.wholes")):
        return words.fill("subject.at_whole", place=place, label=lowered(label))
    inside = lowered(place) if place.startswith(words.listed("subject.lowered")) else place
    return words.fill("subject.at", place=inside, label=lowered(label))


def reason_words(reason: str, lang: str) -> str:
    """Return the words for the machine codes of a ``reason`` that have some; "" where none has."""
    words = labels(lang)
    codes = (part.split(":")[0].strip() for part in reason.split(";"))
    known = dict.fromkeys(f"reason.{code}" for code in codes if f"reason.{code}" in words)
    return "; ".join(words[name] for name in known)


def in_brackets(reason: str, words: Labels) -> str:
    """Return why, from machine codes, for the end of a sentence; "" where no code has words."""
    return because(reason_words(reason, words.lang), words)


def because(reason: str, words: Labels) -> str:
    """Return a reason for the end of a sentence; "" where there is none."""
    return words.fill("change_sentence.reason", reason=reason.rstrip(".")) if reason else ""


def in_passing(label: str) -> str:
    """Return the name of a round as it stands inside brackets: without brackets of its own."""
    return lowered(label.replace(" (", ", ").replace(")", ""))


def lowered(label: str) -> str:
    """Return a label for the middle of a sentence: its first letter small, unless it is an acronym."""
    return label[:1].lower() + label[1:] if label[1:2].islower() or label[1:2] == " " else label


def raised(label: str) -> str:
    """Return a label for the start of a line: its first letter large."""
    return label[:1].upper() + label[1:]
