"""Bladder, bowel and toilet: trouble with them is a warning sign, the wish to go there is a pause."""

from __future__ import annotations

from voicecoach.core.body import Claim, Place, Site, Trend
from voicecoach.core.language import Kind, Language
from voicecoach.core.lexer import Token


def pelvic_claim(tokens: list[Token], language: Language) -> Claim | None:
    """What is said of bladder or bowel, if anything. Naming them is enough to be asked about; words of trouble make it
    new; denied trouble, or "fine", is none. A mere need to go is no claim."""
    named = [token for token in tokens if token.means(Kind.SITE, "pelvic", "toilet")]
    if not named:
        return None
    words = f" {' '.join(word for token in tokens for word in token.words)} "
    trouble, fine, denied, need = (_any(words, language, value) for value in ("trouble", "fine", "denial", "need"))
    inability = _any(words, language, "inability")
    if inability or (trouble and not denied):
        return Claim(Trend.NEW, Place(Site.PELVIC))
    if fine or (denied and trouble):
        return Claim(Trend.SAME, Place(Site.PELVIC))
    if need:
        return None
    if denied:
        return Claim(Trend.PRESENT, Place(Site.PELVIC), unsure=True)  # "I haven't been to the toilet today"
    return None if all(token.value == "toilet" for token in named) else Claim(Trend.PRESENT, Place(Site.PELVIC))


def wants_toilet(tokens: list[Token], language: Language) -> bool:
    """ "I need to pee"."""
    return any(token.means(Kind.SITE, "toilet") for token in tokens) and pelvic_claim(tokens, language) is None


def _any(words: str, language: Language, value: str) -> bool:
    return any(f" {phrase} " in words for phrase in language.tables["pelvic_words"][value])
