"""The simulated session: real voice, real recogniser, real journal; only devices and time are not real."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.end_to_end_sound import SOUND_LEVEL, find
from voicecoach.core.counting import spoken_number
from voicecoach.journal import Entry, Journal, SessionKind
from voicecoach.play import Wanted, play_session
from voicecoach.speaking.timeline import Pcm
from voicecoach.speaking.voice import Voice

TINY = Path(__file__).parent / "data" / "sessions" / "tiny.toml"
HOLD_S = 6
RATE_HZ = 48_000
ROUNDING = 1.5 / 32768

FAR = 'says = ["at hold 1 of press-up, 3 s: worse in my leg"]'
NEAR = """
says = ["at position of backward-bend, 1.5 s: quit"]
[answers]
check = ["it's moving to my back"]
"""
SILENT = """
[answers]
check = [""]
"""


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICECOACH_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))


def simulate(folder: Path, patient: str = "") -> tuple[Pcm, list[Entry]]:
    """What would be heard, and the journal of it."""
    file = folder / "patient.toml"
    file.write_text(patient)
    wav = folder / "session.wav"
    finish = play_session(Wanted(str(TINY), simulate=True, patient=file, wav=wav))
    with Journal.open() as journal:
        (session,) = journal.sessions()
        assert session.kind is SessionKind.SIMULATED
        assert (session.outcome, session.rule) == (finish.outcome, finish.rule)
        entries = journal.entries(session.id)
    samples, rate_hz = soundfile.read(wav, dtype="float32")
    assert rate_hz == RATE_HZ
    return samples, entries


def rules(entries: list[Entry]) -> list[str]:
    return [entry.body["rule"] for entry in entries if entry.type == "Note"]


def said_by_the_patient(entries: list[Entry]) -> list[str]:
    return [entry.body["words"] for entry in entries if entry.type == "Heard" and entry.body["final"]]


def _pcm(text: str, rate_wpm: int) -> Pcm:
    """What the coach's voice has made of a line: from the cache that the session has filled."""
    voice = Voice()
    try:
        return voice.render(text, rate_wpm)
    finally:
        voice.close()


def speech(entries: list[Entry]) -> list[str]:
    return [entry.body["text"] for entry in entries if entry.type == "Speak"]


def outcome(entries: list[Entry]) -> tuple[str, str]:
    body = entries[-1].body
    return body["outcome"], body["rule"]


def test_a_patient_who_is_well_gets_to_the_end_and_the_counting_is_exact(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    heard, entries = simulate(tmp_path)
    assert outcome(entries) == ("completed", "")
    assert said_by_the_patient(entries)[:4] == ["ready", "left calf", "five", "yes"]
    _sounds_plausible(heard, entries)
    _counts_exactly(heard, entries)
    printed = capsys.readouterr().out
    assert "COUNT  one ... two ... three ... four ... five ... six ... Down." in printed
    assert "END    completed" in printed


def _sounds_plausible(heard: Pcm, entries: list[Entry]) -> None:
    """As long as the session, neither clipped nor ever silent for long, and complete to its last word."""
    assert len(heard) / RATE_HZ == pytest.approx(entries[-1].at_s, abs=0.2)
    assert 0.3 < float(np.abs(heard).max()) < 0.99
    loud = np.flatnonzero(np.abs(heard) > SOUND_LEVEL)
    assert np.diff(loud).max() < 3 * RATE_HZ
    goodbye = _pcm(speech(entries)[-1], 160)
    found = find(goodbye, heard)
    assert found.likeness > 0.99
    assert found.sample + len(goodbye) >= loud[-1]


def _counts_exactly(heard: Pcm, entries: list[Entry]) -> None:
    """Every number of the hold is in the sound, whole, and each exactly one second after the one before it."""
    counts = [e.body for e in entries if e.type == "Speak" and e.body["kind"] == "count"][:HOLD_S]
    onsets = []
    for number, count in enumerate(counts, start=1):
        assert count["text"] == spoken_number(number)
        pcm = _pcm(count["text"], count["rate_wpm"])
        from_sample = round(count["at_s"] * RATE_HZ) - RATE_HZ // 3  # no other number is within a third of a second
        found = find(pcm, heard[from_sample : from_sample + RATE_HZ * 2 // 3 + len(pcm)])
        onset = from_sample + found.sample
        assert np.abs(heard[onset : onset + len(pcm)] - pcm).max() <= ROUNDING
        onsets.append(onset)
    assert np.diff(onsets).tolist() == [RATE_HZ] * (HOLD_S - 1)


def test_pain_that_moves_to_the_back_is_a_good_sign_and_the_session_goes_on(tmp_path: Path) -> None:
    _, entries = simulate(tmp_path, NEAR)
    assert rules(entries) == ["CENTRALIZING"]
    reached = [(e.body["exercise"], e.body["phase"]) for e in entries if e.type == "Reached"]
    assert ("backward-bend", "position") in reached
    assert outcome(entries) == ("ended", "")


def test_pain_that_gets_worse_in_the_leg_stops_the_hold_and_ends_the_session(tmp_path: Path) -> None:
    heard, entries = simulate(tmp_path, FAR)
    assert rules(entries)[-1] == "LEG-WORSE"
    assert outcome(entries) == ("stopped", "LEG-WORSE")
    counts = [e.body for e in entries if e.type == "Speak" and e.body["kind"] == "count"]
    hush = next(e for e in entries if e.type == "Hush" and e.at_s > counts[0]["at_s"])
    assert counts[2]["at_s"] < hush.at_s < counts[-1]["at_s"], "it was silenced while it counted"
    never_said = _pcm(counts[-1]["text"], counts[-1]["rate_wpm"])
    assert find(never_said, heard[round(hush.at_s * RATE_HZ) :]).likeness < 0.9


def test_a_patient_who_says_nothing_any_more_is_left_to_rest(tmp_path: Path) -> None:
    _, entries = simulate(tmp_path, SILENT)
    assert outcome(entries) == ("unclear", "UNCLEAR")
    performed = [e for e in entries if e.type == "Reached" and e.body["exercise"] == "backward-bend"]
    assert performed == []
