"""Phones, the sounds of the network (pdfs), and how words are pronounced.

Pdf 0 is silence, pdf 1 noise and breath, pdfs 2 to 40 the phones of CMUdict. The words of WHOLE_WORDS have sounds of
their own after these ("stop" is not S T AA P but four sounds that only "stop" has): people say them alone and short,
and a word that merely resembles them must not be taken for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path


def listed(text: str) -> list[str]:
    """Its words: easier to read than a list of strings."""
    return text.split()


PHONES = listed("AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH")
SILENCE, NOISE = 0, 1
FIRST_PHONE = 2
GENERIC_PDFS = FIRST_PHONE + len(PHONES)
IGNORE = 255  # a frame that teaches nothing

WHOLE_WORDS = {
    "stop": "S T AA P",
    "yes": "Y EH S",
    "no": "N OW",
    "go": "G OW",
    "left": "L EH F T",
    "right": "R AY T",
    "up": "AH P",
    "down": "D AW N",
    "on": "AA N",
    "off": "AO F",
}
# Said alike, so they share the sounds; as a stranger's word they could not be told apart anyway.
SAME_SOUND = {"know": "no", "write": "right"}

# Words of the coach and of the recordings that CMUdict lacks or knows only in one way.
EXTRA = {
    "aah": ["AA"],
    "aargh": ["AA R G", "AA"],
    "achier": ["EY K IY ER"],
    "achilles": ["AH K IH L IY Z"],
    "achy": ["EY K IY"],
    "agonising": ["AE G AH N AY Z IH NG"],
    "alexa": ["AH L EH K S AH"],
    "argh": ["AA R G", "AA"],
    "bixby": ["B IH K S B IY"],
    "blacking": ["B L AE K IH NG"],
    "bum's": ["B AH M Z"],
    "buttock's": ["B AH T AH K S"],
    "centralised": ["S EH N T R AH L AY Z D"],
    "centralising": ["S EH N T R AH L AY Z IH NG"],
    "centred": ["S EH N T ER D"],
    "centring": ["S EH N T R IH NG"],
    "coccyx": ["K AA K S IH K S"],
    "cortana": ["K AO R T AE N AH"],
    "erm": ["ER M"],
    "foot's": ["F UH T S"],
    "glute": ["G L UW T"],
    "glutes": ["G L UW T S"],
    "grumbly": ["G R AH M B L IY"],
    "hamstring": ["HH AE M S T R IH NG"],
    "hamstrings": ["HH AE M S T R IH NG Z"],
    "hip's": ["HH IH P S"],
    "instep": ["IH N S T EH P"],
    "inwards": ["IH N W ER D Z"],
    "jarvis": ["JH AA R V IH S"],
    "knee's": ["N IY Z"],
    "kneecap": ["N IY K AE P"],
    "labia": ["L EY B IY AH"],
    "marvin": ["M AA R V IH N"],
    "muchness": ["M AH CH N AH S"],
    "nah": ["N AA", "N AE"],
    "nape": ["N EY P"],
    "niggle": ["N IH G AH L"],
    "niggles": ["N IH G AH L Z"],
    "niggly": ["N IH G AH L IY", "N IH G L IY"],
    "nope": ["N OW P"],
    "nought": ["N AO T"],
    "numbness": ["N AH M N AH S"],
    "off": ["AO F", "AA F"],
    "ok": ["OW K EY"],
    "okay": ["OW K EY"],
    "on": ["AA N", "AO N"],
    "ouch": ["AW CH"],
    "ow": ["AW"],
    "oww": ["AW"],
    "owww": ["AW"],
    "paralysed": ["P EH R AH L AY Z D", "P AE R AH L AY Z D"],
    "pee": ["P IY"],
    "peeing": ["P IY IH NG"],
    "perineum": ["P EH R AH N IY AH M"],
    "physiotherapist": ["F IH Z IY OW TH EH R AH P IH S T"],
    "poo": ["P UW"],
    "pooed": ["P UW D"],
    "pooing": ["P UW IH NG"],
    "prickling": ["P R IH K AH L IH NG", "P R IH K L IH NG"],
    "quietened": ["K W AY AH T AH N D"],
    "ramped": ["R AE M P T"],
    "sacrum": ["S AE K R AH M", "S EY K R AH M"],
    "sciatic": ["S AY AE T IH K"],
    "sciatica": ["S AY AE T IH K AH"],
    "scrotum": ["S K R OW T AH M"],
    "sheila": ["SH IY L AH"],
    "shin's": ["SH IH N Z"],
    "shins": ["SH IH N Z"],
    "siri": ["S IH R IY"],
    "smidge": ["S M IH JH"],
    "snowboy": ["S N OW B OY"],
    "soreness": ["S AO R N AH S"],
    "sorer": ["S AO R ER"],
    "tailbone": ["T EY L B OW N"],
    "thigh's": ["TH AY Z"],
    "throbs": ["TH R AA B Z"],
    "tingles": ["T IH NG G AH L Z"],
    "tingling": ["T IH NG G AH L IH NG", "T IH NG G L IH NG"],
    "tingly": ["T IH NG G L IY"],
    "travelled": ["T R AE V AH L D"],
    "travelling": ["T R AE V AH L IH NG", "T R AE V L IH NG"],
    "twinges": ["T W IH N JH AH Z"],
    "uh": ["AH"],
    "um": ["AH M"],
    "urinate": ["Y ER AH N EY T"],
    "urinating": ["Y ER AH N EY T IH NG"],
    "waterworks": ["W AO T ER W ER K S"],
    "wee": ["W IY"],
    "weeing": ["W IY IH NG"],
    "wetting": ["W EH T IH NG"],
    "yep": ["Y EH P"],
    "yup": ["Y AH P"],
}


def _whole_word_pdfs() -> dict[str, tuple[int, ...]]:
    pdfs: dict[str, tuple[int, ...]] = {}
    at = GENERIC_PDFS
    for word, pronunciation in WHOLE_WORDS.items():
        count = len(pronunciation.split())
        pdfs[word] = tuple(range(at, at + count))
        at += count
    return pdfs


WHOLE_WORD_PDFS = _whole_word_pdfs()
PDFS = GENERIC_PDFS + sum(map(len, WHOLE_WORD_PDFS.values()))
PHONE_PDF = {phone: FIRST_PHONE + position for position, phone in enumerate(PHONES)}


@dataclass(frozen=True, slots=True)
class Pronunciation:
    """One way to say a word: its phones, and the network's pdf for each of them."""

    phones: tuple[str, ...]
    pdfs: tuple[int, ...]

    @property
    def generic(self) -> tuple[int, ...]:
        """The pdfs that a network without whole-word sounds has for it."""
        return tuple(PHONE_PDF[phone] for phone in self.phones)


def generic_pdf(pdf: int) -> int:
    """The common sound that a whole-word sound is a special case of (itself for a common one)."""
    for word, pdfs in WHOLE_WORD_PDFS.items():
        if pdf in pdfs:
            return PHONE_PDF[WHOLE_WORDS[word].split()[pdfs.index(pdf)]]
    return pdf


class Dictionary:
    """Pronunciations by word; CMUdict with our EXTRA in front."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._phones: dict[str, list[tuple[str, ...]]] = {
            word: [tuple(way.split()) for way in ways] for word, ways in EXTRA.items()
        }
        for line in lines:
            fields = line.split("#")[0].split()
            if len(fields) > 1:
                self._add(re.sub(r"\(\d+\)$", "", fields[0].lower()), fields[1:])

    def _add(self, word: str, phones: list[str]) -> None:
        way = tuple(re.sub(r"\d", "", phone).upper() for phone in phones)
        ways = self._phones.setdefault(word, [])
        if all(phone in PHONE_PDF for phone in way) and way not in ways:
            ways.append(way)

    @classmethod
    def cmudict(cls, file: Path | None = None) -> Dictionary:
        """CMUdict from a file, or as it stands in the pocketsphinx package."""
        if file is None:
            model = resources.files("pocketsphinx") / "model" / "en-us" / "cmudict-en-us.dict"
            return cls(model.read_text(encoding="utf-8").splitlines())
        return cls(file.read_text(encoding="utf-8").splitlines())

    def __contains__(self, word: str) -> bool:
        return bool(self._phones.get(word))

    def words(self) -> Iterable[str]:
        return self._phones.keys()

    def ways(self, word: str, most: int = 4) -> list[Pronunciation]:
        """How a word can be said; empty when it is not known."""
        ways = self._phones.get(word, [])[:most]
        whole = SAME_SOUND.get(word, word)
        if whole not in WHOLE_WORDS:
            return [Pronunciation(way, tuple(PHONE_PDF[phone] for phone in way)) for way in ways]
        pdfs = WHOLE_WORD_PDFS[whole]
        return [Pronunciation(way, pdfs) for way in ways if len(way) == len(pdfs)]
