"""Where the recipe finds the recordings and keeps its intermediate results."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


class RecipeError(Exception):
    """A stage cannot run; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Places:
    """`shared`: the folder with audio/ and model_lab/, only read; `work`: a scratch folder, all is written there."""

    shared: Path
    work: Path

    @property
    def audio(self) -> Path:
        return self.shared / "audio"

    @property
    def tables(self) -> Path:
        return self.work / "tables"

    @property
    def synthetic(self) -> Path:
        return self.work / "synthetic"

    @property
    def aligned(self) -> Path:
        return self.work / "aligned"

    @property
    def rooms(self) -> Path:
        return self.work / "rooms.npy"

    @property
    def prose(self) -> Path:
        """Transcripts of read books, one sentence a line: text for synthetic voices to say."""
        return self.shared / "model_lab" / "train" / "prose.txt"

    @property
    def first_checkpoint(self) -> Path:
        return self.shared / "model_lab" / "checkpoint.pt"

    @property
    def first_net(self) -> Path:
        return self.shared / "model_lab" / "net.npz"

    def check(self) -> None:
        """Raises RecipeError when the recordings are not there."""
        if not self.audio.is_dir():
            raise RecipeError(f"There are no recordings in {self.audio}: give the shared folder with --shared.")
        self.work.mkdir(parents=True, exist_ok=True)
