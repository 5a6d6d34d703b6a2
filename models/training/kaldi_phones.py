"""The phone table that libvosk sees: every sound in its four places of a word, with transition ids and pdfs.

Phone i (from 1) has one emitting state; its transition ids are 2i - 1 (stay) and 2i (enter, in Kaldi's reordered form).
"""

from __future__ import annotations

from dataclasses import dataclass

from models.training.phones import NOISE, PHONE_PDF, SILENCE, WHOLE_WORD_PDFS

PLACES = {"B": "begin", "E": "end", "I": "internal", "S": "singleton"}


@dataclass(frozen=True, slots=True)
class KaldiPhone:
    """`place`: a word of Kaldi's word_boundary.int."""

    name: str
    place: str
    pdf: int


def kaldi_phones() -> list[KaldiPhone]:
    phones = [KaldiPhone("SIL", "nonword", SILENCE), KaldiPhone("SPN", "nonword", NOISE)]
    phones.append(KaldiPhone("SPN_S", "singleton", NOISE))
    sounds = dict(PHONE_PDF)
    for word, pdfs in WHOLE_WORD_PDFS.items():
        sounds |= {f"{word}.{position}": pdf for position, pdf in enumerate(pdfs)}
    for sound, pdf in sounds.items():
        phones += [KaldiPhone(f"{sound}_{suffix}", place, pdf) for suffix, place in PLACES.items()]
    return phones


class PhoneTable:
    """Transition ids by pdf and place in the word."""

    def __init__(self) -> None:
        self.phones = kaldi_phones()
        self._numbers = {(phone.pdf, phone.place): number for number, phone in enumerate(self.phones, 1)}

    def stay(self, pdf: int, place: str) -> int:
        return 2 * self._numbers[pdf, place] - 1

    def enter(self, pdf: int, place: str) -> int:
        return 2 * self._numbers[pdf, place]


def places(count: int) -> list[str]:
    """The places of a word's sounds."""
    return ["singleton"] if count == 1 else ["begin", *["internal"] * (count - 2), "end"]
