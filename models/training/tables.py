"""Stage "tables": every recording with its words, its speaker and what it may be used for.

Speakers are either for training or for testing, never both. The recordings of wake words are only for testing: they are
the speech that the coach must not take for its own.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from pathlib import Path

from models.training.places import Places

TRAIN, TEST = "train", "test"
HELD_OUT_WORDS_SPEAKER = "s4"  # of the four British speakers
STEADY_NOISE = {
    "rain",
    "sea_waves",
    "helicopter",
    "chainsaw",
    "pink_noise",
    "white_noise",
    "running_tap",
    "exercise_bike",
}


@dataclass(frozen=True, slots=True)
class Utterance:
    """One recording. `path` is relative to the audio folder, or absolute for synthetic speech; `text` in lower case."""

    path: str
    source: str
    speaker: str
    split: str
    text: str

    @property
    def name(self) -> str:
        return f"{self.source}/{Path(self.path).stem}"


def human_utterances(audio: Path) -> Iterator[Utterance]:
    """All recorded people. Splits of the sources hold; their "dev" is our "test"."""
    for row in _rows(audio / "speech_commands.tsv"):
        yield Utterance(row["path"], "commands", f"sc_{row['speaker']}", _split(row["split"]), row["word"])
    for row in _rows(audio / "words.tsv"):
        split = TEST if row["speaker"] == HELD_OUT_WORDS_SPEAKER else TRAIN
        yield Utterance(row["path"], "words", f"ccc_{row['speaker']}", split, row["word"].lower())
    for row in _rows(audio / "speechocean762.tsv"):
        yield Utterance(row["path"], "read", f"so_{row['speaker']}", _split(row["split"]), row["text"])
    for path in sorted((audio / "wake_words").glob("*.opus")):  # their table lists only some
        words = path.stem.rsplit("_", 1)[0].replace("_", " ")
        yield Utterance(str(path.relative_to(audio)), "wake", "wake_unknown", TEST, words)


def noise_recordings(audio: Path, split: str) -> list[tuple[Path, bool]]:
    """Each noise and whether it is steady; events that stand out of the others are taught as noise, not as silence.
    Every fifth recording is for testing."""
    background = sorted((audio / "noise" / "background").glob("*.opus"))
    recordings = [(path, path.stem in STEADY_NOISE) for path in background]
    events = sorted((audio / "noise" / "esc10").rglob("*.opus"))
    recordings += [(path, path.parent.name in STEADY_NOISE) for path in events]
    recordings += [(path, False) for path in sorted((audio / "speech_commands" / "silence").glob("*.flac"))]
    return [pair for number, pair in enumerate(recordings) if (number % 5 == 4) == (split == TEST)]


def write_table(path: Path, utterances: Iterable[Utterance]) -> int:
    """Tab-separated, without a header; how many."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = ["\t".join(astuple(utterance)) for utterance in utterances]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(lines)


def read_table(path: Path) -> list[Utterance]:
    return [Utterance(*line.split("\t")) for line in path.read_text(encoding="utf-8").splitlines()]


def make_tables(places: Places) -> None:
    """Write tables/human.tsv and say what is in it."""
    utterances = list(human_utterances(places.audio))
    write_table(places.tables / "human.tsv", utterances)
    for source in dict.fromkeys(utterance.source for utterance in utterances):
        for split in (TRAIN, TEST):
            chosen = [u for u in utterances if (u.source, u.split) == (source, split)]
            speakers = len({u.speaker for u in chosen})
            print(f"{source} {split}: {len(chosen)} recordings, {speakers} speakers")


def _split(theirs: str) -> str:
    return TRAIN if theirs == "train" else TEST


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))
