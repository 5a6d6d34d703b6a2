"""The live driver, its devices and its recogniser replaced by ones that fail on command; time and threads are real."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from voicecoach import live as live_module
from voicecoach import live_sound
from voicecoach.audio import SilentLoudspeaker, SoundDevices, SoundError, Trouble
from voicecoach.core.messages import (
    Effect,
    Event,
    Finish,
    Heard,
    HearingLost,
    HearingRestored,
    LeaveRequested,
    Listen,
    Mishap,
    Source,
    Speak,
    SpeechFinished,
    Started,
    StartTimer,
    TimerFired,
)
from voicecoach.core.session import Session
from voicecoach.languages import sayings
from voicecoach.live import Live, Wishes, read_keyboard
from voicecoach.patient import Patient
from voicecoach.speaking.timeline import Pcm, Timeline
from voicecoach.speaking.voice import Voice

PATIENCE_S = 20.0


class Sound(SoundDevices):
    """Devices that are there until they are lost; time passes by the computer's clock while a loudspeaker is."""

    def __init__(self, callbacks: dict[str, Callable[..., Any]]) -> None:
        self.callbacks = callbacks
        self.reopened: list[str] = []
        self.waited_for = threading.Semaphore(0)  # a microphone, to give something
        self.microphone_gone = self.microphone_asleep = self.loudspeaker_gone = False
        super(SoundDevices, self).__init__(Timeline(48_000), callbacks["on_finished"])
        self._clock = SilentLoudspeaker.taking_over(self)

    def reopen(self, without_microphone: bool = False) -> None:
        self._clock.close()
        gone = self.loudspeaker_gone or (self.microphone_gone and not without_microphone)
        self.reopened.append(f"{'loudspeaker' if without_microphone else 'both'}{' failed' if gone else ''}")
        if gone:
            raise SoundError("There is no sound device at all.")
        self._clock = SilentLoudspeaker.taking_over(self)

    def wait_heard(self, _timeout_s: float) -> bool:
        self.waited_for.release()
        return not self.microphone_asleep

    def close(self) -> None:
        self._clock.close()

    def lose(self, trouble: Trouble = Trouble.DEVICE) -> None:
        """As the sound's own thread does."""
        self.callbacks["on_trouble"](trouble, "The sound device has gone.")


class Ears:
    """A recogniser that hears what the test says."""

    def __init__(self, _model: Path, post: Callable[[Event], None], _now_s: Callable[[], float], **_: Any) -> None:
        self.post = post
        self.closed = False

    def open(self) -> None: ...

    def close(self) -> None:
        self.closed = True

    def listen(self, _phrases: Iterable[str]) -> None: ...


class Witnessed:
    """Stands for a session: collects events, answers them as told, and is over when somebody leaves."""

    def __init__(self, answers: Callable[[Event], list[Effect]] = lambda _event: []) -> None:
        self._answers = answers
        self.events: list[Event] = []
        self._changed = threading.Condition()

    def handle(self, event: Event) -> list[Effect]:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()
        return [Finish("left")] if isinstance(event, LeaveRequested) else self._answers(event)

    def wait_for(self, kind: type[Event], count: int = 1) -> list[Event]:
        """That many events of a kind."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.of(kind)) >= count, PATIENCE_S), self.events
            return self.of(kind)

    def of(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.events if isinstance(event, kind)]


class NoVoice:
    """Every line is a moment of silence."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def cached(self, text: str, _rate_wpm: int) -> Pcm:
        self.said.append(text)
        return Timeline(48_000).render(480)


class Stage:
    """A live session whose every part is in the test's hands."""

    def __init__(self, session: Witnessed, live: Live, told: list[str], voice: NoVoice) -> None:
        self.session, self.live, self.told, self.voice = session, live, told, voice
        self.sound = cast(Sound, live._sound.loudspeaker)
        self.ears = cast(Ears, live._ears)
        self._thread = threading.Thread(target=lambda: live.run(lambda _event, _effects: None, []), daemon=True)

    def begin(self) -> None:
        self._thread.start()
        self.session.wait_for(Started)

    def leave(self) -> list[Event]:
        """All that the session was told."""
        self.live.leave()
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()
        return self.session.events


SetUp = Callable[..., Stage]


@pytest.fixture
def set_up(monkeypatch: pytest.MonkeyPatch) -> Iterator[SetUp]:
    stages: list[Stage] = []
    monkeypatch.setattr(live_sound, "open_sound", lambda _microphone, _loudspeaker, **callbacks: Sound(callbacks))
    monkeypatch.setattr(live_sound, "REOPEN_AFTER_S", (0.0, 0.0))
    monkeypatch.setattr(live_sound, "REOPEN_EVERY_S", 0.05)
    monkeypatch.setattr(live_module, "Ears", Ears)

    def one(session: Witnessed | None = None, *, typed: bool = False, patient: Patient | None = None) -> Stage:
        session = session or Witnessed()
        told: list[str] = []
        voice, wishes = NoVoice(), Wishes(model=None if typed else Path("model"))
        live = Live(cast(Session, session), cast(Voice, voice), wishes, told.append, patient)
        stage = Stage(session, live, told, voice)
        stages.append(stage)
        return stage

    yield one
    for stage in stages:
        stage.live.close()


def voice_heard(words: str) -> Heard:
    return Heard(0.0, words)


def test_what_is_said_before_the_session_begins_is_not_said_to_it(set_up: SetUp) -> None:
    stage = set_up()
    stage.ears.post(voice_heard("ready"))
    stage.begin()
    stage.ears.post(voice_heard("stop"))
    stage.session.wait_for(Heard)
    heard = [event.words for event in stage.leave() if isinstance(event, Heard)]
    assert heard == ["stop"]


def test_deafness_before_the_session_begins_is_told_after_its_beginning(set_up: SetUp) -> None:
    stage = set_up()
    stage.ears.post(HearingLost(0.0, "My hearing has failed."))
    stage.begin()
    stage.session.wait_for(HearingLost)
    assert [type(event) for event in stage.leave()][:2] == [Started, HearingLost]


def test_it_hears_again_only_when_nothing_is_lost_any_more(set_up: SetUp) -> None:
    stage = set_up()
    stage.begin()
    stage.sound.loudspeaker_gone = True  # muted: it is not opened again, but recovers by itself
    stage.sound.lose(Trouble.ALL_ZERO)
    stage.ears.post(HearingLost(0.0, "My hearing has failed."))
    stage.ears.post(HearingRestored(0.0))
    stage.session.wait_for(HearingLost, 2)
    assert stage.session.of(HearingRestored) == []
    stage.sound.callbacks["on_recovered"]()
    stage.session.wait_for(HearingRestored)
    stage.sound.callbacks["on_recovered"]()
    assert len([event for event in stage.leave() if isinstance(event, HearingRestored)]) == 1


def test_a_device_that_comes_back_is_opened_again(set_up: SetUp) -> None:
    stage = set_up()
    stage.begin()
    stage.sound.lose()
    stage.session.wait_for(HearingRestored)
    kinds = [type(event) for event in stage.leave()]
    assert kinds == [Started, HearingLost, HearingRestored, LeaveRequested]
    assert stage.sound.reopened == ["both"]


def test_it_does_not_say_that_it_hears_before_a_microphone_gave_anything(set_up: SetUp) -> None:
    stage = set_up()
    stage.begin()
    stage.sound.microphone_asleep = True
    for times in (1, 2, 3):
        stage.sound.lose(Trouble.STALLED)
        assert stage.sound.waited_for.acquire(timeout=PATIENCE_S)
        stage.session.wait_for(HearingLost, times)
    assert stage.session.of(HearingRestored) == []
    stage.sound.microphone_asleep = False
    stage.sound.lose(Trouble.STALLED)
    stage.session.wait_for(HearingRestored)
    stage.leave()


def test_what_is_lost_again_at_once_has_to_prove_itself(set_up: SetUp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_sound, "PROOF_S", 1.0)
    stage = set_up()
    stage.begin()
    stage.sound.lose(Trouble.LATE)
    stage.session.wait_for(HearingRestored)
    assert stage.sound.waited_for.acquire(timeout=PATIENCE_S)
    for _ in range(3):
        stage.sound.lose(Trouble.LATE)
        assert stage.sound.waited_for.acquire(timeout=PATIENCE_S)
    stage.session.wait_for(HearingRestored, 2)
    assert [type(event) for event in stage.leave()].count(HearingRestored) == 2
    assert len(stage.sound.reopened) == 4


def test_when_no_device_is_left_time_goes_on_in_silence_until_one_comes_back(set_up: SetUp) -> None:
    def answers(event: Event) -> list[Effect]:
        if isinstance(event, HearingLost):
            return [Speak(1, "I can't hear you."), StartTimer(2, event.at_s + 0.05)]
        return []

    stage = set_up(Witnessed(answers))
    stage.begin()
    stage.sound.loudspeaker_gone = True
    stage.sound.lose()
    stage.session.wait_for(SpeechFinished)
    stage.session.wait_for(TimerFired)
    assert stage.session.of(HearingRestored) == []
    assert stage.sound.reopened[:2] == ["both failed", "loudspeaker failed"]
    assert stage.told[-1] == "There is no sound device at all. I go on without sound, and keep trying."
    stage.sound.loudspeaker_gone = False
    stage.session.wait_for(HearingRestored)
    assert stage.sound.reopened[-1] == "both"
    assert len(stage.told) == 2, "told once, however often it is tried"
    stage.leave()


def test_a_lost_microphone_leaves_the_loudspeaker_to_say_so(set_up: SetUp) -> None:
    def answers(event: Event) -> list[Effect]:
        return [Speak(1, "I can't hear you.")] if isinstance(event, HearingLost) else []

    stage = set_up(Witnessed(answers))
    stage.begin()
    stage.sound.microphone_gone = True
    stage.sound.lose()
    stage.session.wait_for(SpeechFinished)
    assert stage.sound.reopened[:2] == ["both failed", "loudspeaker"]
    stage.sound.callbacks["on_recovered"]()  # the loudspeaker is well: that is no hearing
    assert stage.session.of(HearingRestored) == []
    stage.sound.microphone_gone = False
    stage.session.wait_for(HearingRestored)
    stage.leave()


def test_a_session_in_silence_can_be_left(set_up: SetUp) -> None:
    stage = set_up()
    stage.begin()
    stage.sound.loudspeaker_gone = True
    stage.sound.lose()
    stage.session.wait_for(HearingLost)
    assert isinstance(stage.leave()[-1], LeaveRequested)


def test_a_typed_session_is_not_deaf_without_its_loudspeaker(set_up: SetUp) -> None:
    stage = set_up(typed=True)
    stage.begin()
    stage.sound.lose()
    assert [type(event) for event in stage.leave()] == [Started, Mishap, LeaveRequested]
    assert stage.told == ["The sound device has gone."]


def test_enter_alone_is_ready_where_that_is_asked_and_stop_anywhere_else(set_up: SetUp) -> None:
    def answers(event: Event) -> list[Effect]:
        question = {"stop": "in_place", "ready": "performing"}.get(event.words) if isinstance(event, Heard) else ""
        return [Listen(question, ())] if question else []

    stage = set_up(Witnessed(answers), typed=True)
    stage.begin()
    for _ in range(3):
        stage.live.type_line("")
    heard = cast(list[Heard], stage.session.wait_for(Heard, 3))
    assert [event.words for event in heard] == ["stop", "ready", "stop"]
    assert {event.source for event in heard} == {Source.KEYBOARD}
    stage.leave()


def test_the_end_of_the_keyboards_input_ends_the_session(set_up: SetUp) -> None:
    stage = set_up(typed=True)
    stage.begin()
    read_keyboard(["pause\n", "s\n"], stage.live).join()
    stage.session.wait_for(LeaveRequested)
    assert [event.words for event in stage.session.events if isinstance(event, Heard)] == ["pause", "stop"]


@pytest.mark.parametrize(("typed", "patient", "hands_free"), [(False, None, True), (True, None, False)])
def test_the_session_knows_whether_it_can_be_talked_to(
    set_up: SetUp, typed: bool, patient: Patient | None, hands_free: bool
) -> None:
    stage = set_up(typed=typed, patient=patient)
    stage.begin()
    (started,) = stage.session.of(Started)
    assert isinstance(started, Started)
    assert started.hands_free is hands_free
    stage.leave()


def test_a_scripted_patient_talks_to_a_session_without_ears(set_up: SetUp) -> None:
    def answers(event: Event) -> list[Effect]:
        return [Listen("ready", ()), Speak(1, "Say ready.")] if isinstance(event, Started) else []

    stage = set_up(Witnessed(answers), typed=True, patient=Patient(delay_s=0))
    stage.begin()
    (heard,) = cast(list[Heard], stage.session.wait_for(Heard))
    assert (heard.words, heard.source) == ("ready", Source.SCRIPT)
    assert cast(Started, stage.session.events[0]).hands_free
    stage.leave()


def test_closing_lets_go_of_everything_when_the_journal_fails(set_up: SetUp) -> None:
    stage = set_up()

    def full_disk(_event: Event, _effects: object) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        stage.live.run(full_disk, [])
    assert stage.ears.closed
    assert stage.voice.said == [sayings()["broken"]], "nobody is left waiting in a movement"
    now_s = stage.sound.now_s
    stage.session.wait_for(Started)
    assert stage.sound.now_s == now_s
