"""How well a speech model hears people and the coach's phrases, beside other models and PocketSphinx. Prints Markdown.

    python scripts/bench_model.py new=models/coach-en old=FOLDER [--quick] [--shared ../shared] [--parts words,phrases]

Needs the recordings of ../shared/audio and, for the phrases, espeak-ng, flite and festival (voices that are not
installed are left out, as is PocketSphinx). All ears hear the same sounds. Figures: share (95 % interval).
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from _hearing_scores import meaning
from _model_ears import Ear, Segment, SphinxEar, VoskEar
from _model_scores import Rate, Share
from _model_sounds import (
    COMMAND_WORDS,
    CONDITIONS,
    DIGITS,
    RATE_HZ,
    Clip,
    british_words,
    command_clips,
    in_its_room,
    noises,
    read_sentences,
    spoken,
    wake_words,
)

from voicecoach.core.intent import Intent
from voicecoach.core.questions import PERFORMING
from voicecoach.core.understanding import understand
from voicecoach.core.vocabulary import phrases_for
from voicecoach.languages import language

PHRASES, PHRASE_CONDITIONS = 60, ("clean", "20 dB", "10 dB", "5 dB", "face down")
ALARM_CONDITIONS = ("clean", "room 2 m", "10 dB")
SENTENCES_IN_GRAMMAR = 40
SURE = 0.9
PAUSE_S = 0.5


@dataclass
class Alarms:
    """Whole phrases in so many hours of what was not meant for the coach; of them, with confidence, with "stop"."""

    hours: float = 0.0
    phrases: int = 0
    sure: int = 0
    stops: int = 0

    def count(self, samples: int, found: Sequence[Segment]) -> None:
        self.hours += samples / RATE_HZ / 3600
        self.phrases += len(found)
        self.sure += sum(segment.confidence >= SURE for segment in found)
        self.stops += sum("stop" in segment.words for segment in found)


@dataclass
class Bench:
    """`rows`: the table, a figure per ear under each title."""

    ears: Sequence[Ear]
    audio: Path
    every: int
    verbose: bool = False
    rows: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))

    def note(self, title: str, ear: Ear, figure: object) -> None:
        self.rows[title][ear.name] = str(figure)

    def words(self) -> None:
        """Commands and digits by held-out people; every other word they say must be taken for none."""
        grammar = [*COMMAND_WORDS, *DIGITS, "[unk]"]
        clips = [_with_pauses(clip, seed) for seed, clip in enumerate(command_clips(self.audio, self.every))]
        for ear in self.ears:
            ear.listen(_for(ear, grammar))
            for condition, change in CONDITIONS.items():
                right, confused, accepted = Share(), Share(), Share()
                by_word: dict[str, Share] = defaultdict(Share)
                for seed, clip in list(enumerate(clips))[:: max(1, ear.every // 4)]:
                    heard = _known(ear.hear(change(clip.samples, np.random.default_rng([seed, 1]))))
                    if clip.text not in grammar:
                        accepted.count(bool(heard))
                        continue
                    right.count(heard == (clip.text,))
                    confused.count(bool(heard) and heard != (clip.text,))
                    by_word[clip.text].count(heard == (clip.text,))
                self.note(f"held-out people, 10 commands + digits, {condition}: right", ear, right)
                self.note(f"... {condition}: another word", ear, confused)
                self.note(f"... {condition}: other words accepted", ear, accepted)
                if condition == "clean":
                    for word in COMMAND_WORDS:
                        self.note(f"... clean, {word}: right", ear, by_word[word])

    def strangers(self) -> None:
        """A held-out British speaker's words with the coach's whole grammar: his own words and all others."""
        grammar = live_grammar()
        alone = {phrase for phrase in grammar if " " not in phrase}
        clips = [_with_pauses(clip, seed) for seed, clip in enumerate(british_words(self.audio, self.every))]
        for ear in self.ears:
            ear.listen(_for(ear, [*grammar, "[unk]"]))
            right, accepted, sure = Share(), Share(), Share()
            for clip in clips[:: ear.every]:
                segments = ear.hear(clip.samples)
                if clip.text in alone:
                    right.count(_known(segments) == (clip.text,))
                else:
                    whole = _whole_phrases(segments, grammar)
                    accepted.count(bool(whole))
                    sure.count(any(segment.confidence >= SURE for segment in whole))
            self.note("held-out British speaker, the coach's words among all its phrases: right", ear, right)
            self.note("... other words taken for a phrase", ear, accepted)
            self.note(f"... and with confidence >= {SURE}", ear, sure)

    def sentences(self) -> None:
        """Mandarin speakers' sentences, told apart from forty."""
        clips = [_with_pauses(clip, seed) for seed, clip in enumerate(read_sentences(self.audio, self.every))]
        clips = [clip for clip in clips if len(clip.text.split()) > 1]
        for ear in self.ears:
            right, words = Share(), Share()
            for start in range(0, len(clips), SENTENCES_IN_GRAMMAR):
                group = clips[start : start + SENTENCES_IN_GRAMMAR]
                ear.listen(_for(ear, [*(clip.text for clip in group), "[unk]"]))
                for clip in group:
                    heard = _known(ear.hear(clip.samples))
                    right.count(heard == tuple(clip.text.split()))
                    for word in clip.text.split():
                        words.count(word in heard)
            self.note("Mandarin speakers' sentences out of 40: wholly right", ear, right)
            self.note("... their words", ear, words)

    def phrases(self, cache: Path) -> None:
        """Coach phrases in unheard synthetic voices, among all that the live coach listens for."""
        grammar = live_grammar()
        said = [phrase for phrase in grammar if "[unk]" not in phrase]
        chosen = np.random.default_rng(60).permutation(len(said))[:PHRASES][:: self.every]
        clips = [_with_pauses(clip, n) for n, clip in enumerate(spoken([said[i] for i in chosen], cache))]
        for ear in self.ears:
            ear.listen(_for(ear, [*grammar, "[unk]"]))
            for condition in PHRASE_CONDITIONS:
                right, meant, other = Share(), Share(), Share()
                voices: dict[str, Share] = defaultdict(Share)
                for seed, clip in list(enumerate(clips))[:: ear.every]:
                    segments = ear.hear(CONDITIONS[condition](clip.samples, np.random.default_rng([seed, 2])))
                    hit = _known(segments) == tuple(clip.text.split())
                    right.count(hit)
                    meant.count(hit or _meaning(" ".join(_known(segments))) == _meaning(clip.text))
                    other.count(not hit and bool(_whole_phrases(segments, grammar)))
                    voices[clip.who].count(hit)
                    if self.verbose and condition == "clean" and not hit:
                        print(f"  {ear.name}: {clip.who}: {clip.text} > {' '.join(_known(segments))}")
                self.note(f"{len(chosen)} phrases in {len(voices)} unheard voices, {condition}: right", ear, right)
                self.note(f"... {condition}: right, or of the same meaning", ear, meant)
                self.note(f"... {condition}: another phrase", ear, other)
                if condition == "clean":
                    for voice, share in voices.items():
                        self.note(f"... clean, {voice}: right", ear, share)

    def alarms(self) -> None:
        """Whole phrases heard in what is not for the coach."""
        grammar = live_grammar()
        for ear in self.ears:
            ear.listen(_for(ear, [*grammar, "[unk]"]))
            alarms: dict[str, Alarms] = defaultdict(Alarms)
            for source, clip in self._not_for_the_coach(grammar, ear.every):
                found = _whole_phrases(ear.hear(clip.samples), grammar)
                for title in (source, "all other speech") if clip.text else (source,):
                    alarms[title].count(len(clip.samples), found)
                if self.verbose and found:
                    print(f"  {ear.name}: {clip.text} > {[' '.join(segment.words) for segment in found]}")
            for title, counted in alarms.items():
                self.note(f"phrases per hour in {title}", ear, Rate(counted.phrases, counted.hours))
                self.note(f"... with confidence >= {SURE} in {title}", ear, Rate(counted.sure, counted.hours))
                self.note(f"... with stop in {title}", ear, Rate(counted.stops, counted.hours))
                self.note(f"... hours of {title}", ear, f"{counted.hours:.2f}")

    def _not_for_the_coach(self, grammar: Sequence[str], every: int) -> Iterator[tuple[str, Clip]]:
        """Noise, and speech in some conditions, each with the name of its source."""
        sources: dict[str, Callable[[Path, int], Iterable[Clip]]] = {
            "wake words": wake_words,
            "read sentences": read_sentences,
            "a British speaker's other words": british_words,
            "noise": noises,
        }
        for name, source in sources.items():
            clips = [clip for clip in source(self.audio, self.every) if clip.text not in grammar]
            for seed, clip in list(enumerate(clips))[::every]:
                sound = _with_pauses(clip, seed).samples
                for condition in ALARM_CONDITIONS if clip.text else ("clean",):
                    changed = CONDITIONS[condition](sound, np.random.default_rng([seed, 3]))
                    yield name, Clip(changed, clip.text, clip.who)

    def speed(self) -> None:
        clips = [clip for _, clip in zip(range(60), command_clips(self.audio), strict=False)]
        sound = np.concatenate([clip.samples for clip in clips])
        for ear in self.ears:
            if isinstance(ear, VoskEar):
                ear.listen([*live_grammar(), "[unk]"])
                self.note("real-time factor, blocks of 20 ms", ear, f"{ear.real_time_factor(sound):.3f}")


def live_grammar() -> list[str]:
    """What the live coach listens for while an exercise is done: commands and all reports."""
    return list(phrases_for(PERFORMING, language("en")))


def _meaning(words: str) -> Intent:
    return meaning(understand(words, language("en"), PERFORMING))


def _for(ear: Ear, phrases: Sequence[str]) -> list[str]:
    """PocketSphinx has no [unk]."""
    return [phrase for phrase in phrases if phrase != "[unk]" or isinstance(ear, VoskEar)]


def _with_pauses(clip: Clip, seed: int) -> Clip:
    return Clip(in_its_room(clip.samples, PAUSE_S, np.random.default_rng([seed, 0])), clip.text, clip.who)


def _known(segments: Iterable[Segment]) -> tuple[str, ...]:
    return tuple(word for segment in segments for word in segment.known)


def _whole_phrases(segments: Iterable[Segment], grammar: Sequence[str]) -> list[Segment]:
    phrases = {tuple(phrase.split()) for phrase in grammar}
    return [segment for segment in segments if segment.words in phrases]


def table(rows: dict[str, dict[str, str]], ears: Sequence[Ear]) -> str:
    names = [ear.name for ear in ears]
    lines = [["", *names], ["---"] * (len(names) + 1)]
    lines += [[title, *(figures.get(name, "-") for name in names)] for title, figures in rows.items()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+", metavar="NAME=FOLDER", help="the models to compare")
    parser.add_argument("--shared", type=Path, default=Path(__file__).parents[2] / "shared")
    parser.add_argument("--parts", default="words,strangers,sentences,phrases,alarms,speed")
    parser.add_argument("--quick", action="store_true", help="every tenth sound")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="every Nth sound")
    parser.add_argument("--no-sphinx", action="store_true")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "voicecoach-bench-voices")
    parser.add_argument("--verbose", action="store_true")
    wanted = parser.parse_args()
    audio = wanted.shared / "audio"
    if not audio.is_dir():
        parser.exit(2, f"There are no recordings in {audio}: give their folder with --shared.\n")
    ears: list[Ear] = [VoskEar(name, Path(path)) for name, _, path in (m.partition("=") for m in wanted.models)]
    if SphinxEar.installed() and not wanted.no_sphinx:
        ears.append(SphinxEar())
    bench = Bench(ears, audio, 10 if wanted.quick else wanted.every, wanted.verbose)
    for part in wanted.parts.split(","):
        began = time.monotonic()
        bench.phrases(wanted.cache) if part == "phrases" else getattr(bench, part)()
        print(f"{part}: {time.monotonic() - began:.0f} s", flush=True)
    print(table(bench.rows, ears))


if __name__ == "__main__":
    main()
