"""When has someone finished speaking? Told from loudness, the voice, and the recogniser's own hesitation."""

from __future__ import annotations

# A floor that rises fast takes a long word for noise.
FLOOR_RISE_DB_PER_S = 3.0
# One quiet moment in a noisy room is not the floor.
SMOOTHING_S = 0.1
# Below this it is always quiet, also after a device that began with digital silence.
LOWEST_FLOOR_DBFS = -70.0


class Endpoint:
    """An utterance has ended when its text has stayed the same for `quiet_s` and either there is no voice any more, or
    the sound has been within `margin_db` of the noise floor as long, or the recogniser takes it for nothing after all;
    and when its text has stayed the same for `stale_s`, however loud it is: somebody waits for the result."""

    def __init__(self, quiet_s: float = 0.3, margin_db: float = 9.0, stale_s: float = 1.5) -> None:
        # half a sample less: fifteen times 0.02 s must be 0.3 s
        self._needed_s = quiet_s - 3e-5
        self._stale_s = stale_s - 3e-5
        self._margin_db = margin_db
        self._smooth_dbfs: float | None = None
        self._floor_dbfs = LOWEST_FLOOR_DBFS
        self.next_utterance()

    @property
    def floor_dbfs(self) -> float:
        """The noise floor as of now."""
        return self._floor_dbfs

    def next_utterance(self) -> None:
        """Forget the text, keep the noise floor."""
        self._text = ""
        self._begun = False
        self._quiet_s = 0.0
        self._unchanged_s = 0.0

    def update(self, level_dbfs: float, chunk_s: float, text: str, *, no_voice: bool = False) -> bool:
        """One more chunk of `chunk_s` seconds, and the partial text after it: has the utterance ended? `no_voice`: for
        about `quiet_s` nobody has talked, as far as is known."""
        self._follow(level_dbfs, chunk_s)
        quiet = level_dbfs <= self._floor_dbfs + self._margin_db
        self._quiet_s = self._quiet_s + chunk_s if quiet else 0.0
        self._unchanged_s = self._unchanged_s + chunk_s if text == self._text else 0.0
        self._text = text
        self._begun = self._begun or text != ""
        if not self._begun or self._unchanged_s < self._needed_s:
            return False
        quiet = no_voice or self._quiet_s >= self._needed_s
        return quiet or text == "" or self._unchanged_s >= self._stale_s

    def _follow(self, level_dbfs: float, chunk_s: float) -> None:
        level_dbfs = max(level_dbfs, LOWEST_FLOOR_DBFS)
        if self._smooth_dbfs is None:
            self._smooth_dbfs = self._floor_dbfs = level_dbfs
        self._smooth_dbfs += (level_dbfs - self._smooth_dbfs) * min(1.0, chunk_s / SMOOTHING_S)
        self._floor_dbfs = min(self._smooth_dbfs, self._floor_dbfs + FLOOR_RISE_DB_PER_S * chunk_s)
