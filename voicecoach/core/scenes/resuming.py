"""A session that was cut off goes on: not in the middle of a movement, but with the question how the pain is."""

from __future__ import annotations

from voicecoach.core.before import CutOff
from voicecoach.core.counting import spoken_number
from voicecoach.core.messages import BaselineTaken
from voicecoach.core.programme import Exercise
from voicecoach.core.talk import Scene, Talk


class Resuming:
    """Says where it was, and takes over what was known: pain is compared with that before the session. What is told of
    it serves the next start, should this session be cut off too."""

    def __init__(self, talk: Talk, cut_off: CutOff, exercises: tuple[Exercise, ...]) -> None:
        self._talk = talk
        self._cut_off = cut_off
        self._exercises = exercises
        self._told = False

    @property
    def at(self) -> int:
        """Which of the exercises it was in, from 0."""
        return next(i for i, exercise in enumerate(self._exercises) if exercise.id == self._cut_off.exercise)

    @property
    def goes_on_with(self) -> int:
        """The exercise that follows on the pain check, from 0: one that had not been begun is done now."""
        return self.at + self._cut_off.performed

    def play(self) -> Scene:
        talk = self._talk
        if not self._told:
            self._told = True
            talk.reached("resume", 1 if self._cut_off.performed else 0)
            talk.baseline, talk.easier = self._cut_off.baseline, self._cut_off.easier
            talk.emit(BaselineTaken(self._cut_off.baseline))
            yield from talk.say("resume", number=spoken_number(self.at + 1), name=self._exercises[self.at].name)
