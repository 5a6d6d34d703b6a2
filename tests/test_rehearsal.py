"""The rehearsal driver: virtual time, a voice that takes it, a patient who answers."""

from __future__ import annotations

from voicecoach.core.messages import Effect, Event, Heard, LeaveRequested, Source, Speak, SpeechFinished, TimerFired
from voicecoach.core.session import Session
from voicecoach.languages import language, sayings
from voicecoach.patient import Patient
from voicecoach.programmes import available, load
from voicecoach.rehearsal import Rehearsal, VirtualVoice, estimated_length_s


def line(number: int, at_s: float | None = None, pause_s: float = 0.5) -> Speak:
    return Speak(number, "x", at_s, pause_s)


def voice() -> VirtualVoice:
    return VirtualVoice(lambda _speak: 2.0)


# --- the voice ---


def test_queued_lines_follow_each_other_after_their_pauses() -> None:
    speaker = voice()
    spoken = [speaker.speak(line(number), 10.0) for number in (1, 2)]
    assert [(said.start_s, said.end_s) for said in spoken] == [(10.5, 12.5), (13.0, 15.0)]


def test_scheduled_lines_begin_at_their_moment_and_never_before_now() -> None:
    speaker = voice()
    assert speaker.speak(line(1, at_s=20.0), 10.0).start_s == 20.0
    assert speaker.speak(line(2, at_s=9.0), 10.0).start_s == 10.0


def test_a_queued_line_waits_for_scheduled_ones_that_sound() -> None:
    speaker = voice()
    speaker.speak(line(1, at_s=9.0), 8.0)
    speaker.speak(line(2, at_s=10.5), 8.0)
    assert speaker.speak(line(3), 10.0).start_s == 13.0


def test_a_hush_cuts_what_sounds_and_drops_what_has_not_begun() -> None:
    speaker = voice()
    sounding, coming = speaker.speak(line(1), 10.0), speaker.speak(line(2), 10.0)
    speaker.hush(11.0)
    assert speaker.lines == [sounding]
    assert (sounding.end_s, sounding.hushed) == (11.0, True)
    assert coming not in speaker.lines
    assert speaker.silent_after(11.0)
    assert speaker.speak(line(3), 11.0).start_s == 11.5


def test_slower_speech_takes_longer() -> None:
    assert estimated_length_s(Speak(1, "Hold.", rate_wpm=100)) > estimated_length_s(Speak(1, "Hold.", rate_wpm=200))


# --- the driver ---


def witnessed(patient: Patient, programme: str = "herniated-disc") -> list[tuple[Event, list[Effect]]]:
    seen: list[tuple[Event, list[Effect]]] = []
    session = Session(load(programme), language(), sayings())
    Rehearsal(session, patient, lambda event, effects: seen.append((event, effects))).run()
    return seen


def test_events_come_in_the_order_of_their_time() -> None:
    moments = [event.at_s for event, _ in witnessed(Patient(says=("at hold 1 of press-up, 8 s: stop",)))]
    assert moments == sorted(moments)


def test_cancelled_timers_and_hushed_speech_never_arrive() -> None:
    seen = witnessed(Patient(says=("at hold 1 of press-up, 8 s: stop",)))
    stop = next(i for i, (event, _) in enumerate(seen) if isinstance(event, Heard) and event.words == "stop")
    spoken_before = {e.id for _, effects in seen[:stop] for e in effects if isinstance(e, Speak)}
    finished_after = {event.id for event, _ in seen[stop:] if isinstance(event, SpeechFinished)}
    assert not spoken_before & finished_after
    fired = [event.id for event, _ in seen if isinstance(event, TimerFired)]
    assert len(fired) == len(set(fired))


def test_every_shipped_programme_is_completed_by_a_patient_who_is_well() -> None:
    for name in available():
        assert (
            Rehearsal(Session(load(name), language(), sayings()), Patient(), lambda *_: None).run().outcome
            == "completed"
        )


def test_a_rehearsed_patient_is_no_microphone() -> None:
    heard = [event for event, _ in witnessed(Patient()) if isinstance(event, Heard)]
    assert {event.source for event in heard} == {Source.SCRIPT}


def test_other_events_can_be_let_happen() -> None:
    session = Session(load("herniated-disc"), language(), sayings())
    rehearsal = Rehearsal(session, Patient(), lambda *_: None)
    rehearsal.post(LeaveRequested(30.0))
    assert rehearsal.run().outcome == "left"
    assert rehearsal.voice.lines[-1].end_s <= 30.0


def test_the_same_patient_gives_the_same_session() -> None:
    patient = Patient(says=("at hold 1 of press-up, 8 s: worse in my back",))
    assert witnessed(patient) == witnessed(patient)
