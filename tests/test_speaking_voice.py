"""The real speech engine in its process: lines arrive, whatever happens to the process, and are kept."""

from __future__ import annotations

import os
import queue
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from voicecoach.speaking.pcm import Pcm
from voicecoach.speaking.renderer import Renderer, SpeechFailed
from voicecoach.speaking.voice import MAX_CHARACTERS, Voice, speakable

RATE_HZ = 48000
LINES = [
    *["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "up", "hold", "down", "stop"],
    "Rest.",
    "Press your elbows into the floor, and let your back arch.",
    "Where do you feel it now: in your back, your buttock, or your leg?",
    "Breathe.",
    "That is a good sign. We go on.",
]
posix_only = pytest.mark.skipif(os.name != "posix", reason="signals that stop a process")


@pytest.fixture(scope="module")
def voice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Voice]:
    voice = Voice(tmp_path_factory.mktemp("speech"))
    yield voice
    voice.close()


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    renderer = Renderer()
    yield renderer
    renderer.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "speech"


def kill_helper(voice: Voice) -> None:
    assert voice.helper_pid is not None
    os.kill(voice.helper_pid, getattr(signal, "SIGKILL", signal.SIGTERM))


def dbfs(samples: Pcm) -> float:
    return float(10 * np.log10(np.mean(np.square(samples, dtype=np.float64))))


def loud_part_dbfs(samples: Pcm) -> float:
    """Level of the louder half of a line's 50 ms pieces: another yardstick than the code's own."""
    pieces = np.square(samples[: len(samples) // 2400 * 2400].reshape(-1, 2400), dtype=np.float64).mean(axis=1)
    return float(10 * np.log10(np.sort(pieces)[len(pieces) // 2 :].mean()))


# --- what a line sounds like ----------------------------------------------------------------------------------


@pytest.mark.parametrize("line", LINES)
def test_the_first_ten_milliseconds_are_voice(voice: Voice, line: str) -> None:
    samples = voice.render(line, 160)
    peak_dbfs = 20 * np.log10(np.abs(samples).max())
    assert dbfs(samples[: RATE_HZ // 100]) > peak_dbfs - 50


@pytest.mark.parametrize("word", ["five", "six", "hold", "stop", "three", "up", "one"])
def test_nothing_of_a_word_is_cut_off(voice: Voice, renderer: Renderer, word: str) -> None:
    raw, raw_rate_hz = renderer.render(word, 160)
    audible = np.flatnonzero(np.abs(raw.astype(np.int32)) > 0.004 * np.abs(raw.astype(np.int32)).max())
    spoken_s = (audible[-1] - audible[0]) / raw_rate_hz
    assert len(voice.render(word, 160)) / RATE_HZ == pytest.approx(spoken_s, abs=0.015)


def test_all_lines_are_equally_loud_and_none_clips(voice: Voice) -> None:
    rendered = [voice.render(line, 160) for line in LINES]
    levels = [loud_part_dbfs(samples) for samples in rendered]
    assert max(levels) - min(levels) < 2.5
    assert max(float(np.abs(samples).max()) for samples in rendered) <= 10 ** (-1 / 20)


def test_every_line_has_the_rate_that_was_asked_for(voice: Voice) -> None:
    """Also when the rate changes from line to line: espeak takes settings late, unless it is waited for."""
    for number in range(12):
        slow = len(voice.render(f"Lift it to place {number}.", 110))
        normal = len(voice.render(f"Lift it to place {number}.", 160))
        fast = len(voice.render(f"Lift it to place {number}.", 220))
        assert slow > 1.2 * normal > 1.2 * 1.2 * fast


def test_the_sample_rate_is_the_one_asked_for(voice: Voice, folder: Path) -> None:
    other = Voice(folder, sample_rate_hz=16000)
    try:
        assert len(other.render("Hold.", 160)) / 16000 == pytest.approx(
            len(voice.render("Hold.", 160)) / RATE_HZ, abs=0.01
        )
    finally:
        other.close()


# --- odd texts ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "  ", "...", "?!", "\n\t", "\u200b", "<>"])
def test_where_there_is_nothing_to_say_nothing_is_said(folder: Path, text: str) -> None:
    voice = Voice(folder)
    assert len(voice.render(text, 160)) == 0
    assert voice.cached(text, 160) is not None
    assert voice.helper_pid is None
    voice.close()


@pytest.mark.parametrize(
    "text",
    [
        "na\u00efve caf\u00e9",
        "\u65e5\u672c",
        "hold \U0001f600 it",
        "a\x00b",
        "lone \ud800 half",
        "<speak>up</speak>",
        "[[slnc 9]] up",
        "50 %",
    ],
)
def test_unusual_characters_do_no_harm(voice: Voice, text: str) -> None:
    assert 0.1 < len(voice.render(text, 160)) / RATE_HZ < 10


def test_a_very_long_text_is_spoken_to_its_end(voice: Voice) -> None:
    sentence = "Please lift your chest slowly. "
    assert len(voice.render(sentence * 50, 160)) > 40 * len(voice.render(sentence, 160))


def test_what_no_engine_can_speak_is_refused_in_a_sentence(voice: Voice) -> None:
    with pytest.raises(SpeechFailed, match="too long"):
        voice.render("a" * (MAX_CHARACTERS + 1), 160)
    with pytest.raises(SpeechFailed, match="choose 80 to 450"):
        voice.render("one", 20)


def test_commands_to_engines_are_taken_out() -> None:
    assert speakable("<speak>[[slnc 9]]\n up\u200b</speak>") == "speak slnc 9 up /speak"


# --- kept lines -----------------------------------------------------------------------------------------------


def test_a_kept_line_needs_no_process(folder: Path) -> None:
    first = Voice(folder)
    assert first.cached("Hold it there.", 160) is None
    spoken = first.render("Hold it there.", 160)
    kill_helper(first)
    assert first.cached("Hold it there.", 160) is spoken
    first.close()

    second = Voice(folder)
    kept = second.cached("Hold it there.", 160)
    assert kept is not None
    np.testing.assert_array_equal(kept, spoken)
    np.testing.assert_array_equal(second.render("Hold  it there. ", 160), spoken)
    second.render_all([("Hold it there.", 160)])
    assert second.helper_pid is None
    second.close()


def test_another_rate_or_text_is_another_line(voice: Voice) -> None:
    voice.render("Relax your back.", 160)
    assert voice.cached("Relax your back.", 161) is None
    assert voice.cached("Relax your neck.", 160) is None


def test_two_voices_do_not_mix_their_lines(voice: Voice, folder: Path) -> None:
    chosen = voice.describe()
    others = [v.id for v in chosen.voices if v.id != chosen.voice and "".join(v.languages).lower().startswith("en")]
    if not others:
        pytest.skip("this computer has only one English voice")
    spoken = []
    for wanted in (chosen.voice, others[0]):
        first = Voice(folder, voice=wanted)
        assert first.cached("Relax your back.", 160) is None
        spoken.append(first.render("Relax your back.", 160))
        first.close()
    for wanted, samples in zip((chosen.voice, others[0]), spoken, strict=True):
        second = Voice(folder, voice=wanted)
        kept = second.cached("Relax your back.", 160)
        assert kept is not None
        np.testing.assert_array_equal(kept, samples)
        second.close()
    assert len(spoken[0]) != len(spoken[1])


def test_a_damaged_file_is_rendered_again(folder: Path) -> None:
    first = Voice(folder)
    spoken = first.render("Come down.", 160)
    first.close()
    for file in folder.iterdir():
        file.write_bytes(file.read_bytes()[:-3])
    second = Voice(folder)
    assert second.cached("Come down.", 160) is None
    assert len(second.render("Come down.", 160)) == pytest.approx(len(spoken), rel=0.02)
    second.close()
    third = Voice(folder)
    assert third.cached("Come down.", 160) is not None
    third.close()


def test_without_a_usable_folder_it_speaks_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    warnings: list[str] = []
    voice = Voice(tmp_path / "file", on_warning=warnings.append)
    assert len(voice.render("Up.", 160)) > 0
    assert voice.cached("Up.", 160) is not None
    assert len(warnings) == 1
    voice.close()


# --- ahead and in the background ------------------------------------------------------------------------------


def test_rendering_ahead_tells_how_far_it_is(folder: Path) -> None:
    voice, steps = Voice(folder), list[tuple[int, int]]()
    voice.render_all([("one", 160), ("two", 160), ("one", 160)], lambda done, of: steps.append((done, of)))
    assert steps == [(1, 3), (2, 3), (3, 3)]
    assert voice.cached("two", 160) is not None
    voice.close()


def test_a_submitted_line_arrives(voice: Voice) -> None:
    arrived: queue.SimpleQueue[Pcm | None] = queue.SimpleQueue()
    voice.submit("Turn your head.", 160, arrived.put)
    assert arrived.get() is voice.cached("Turn your head.", 160)


def test_a_submitted_line_that_fails_arrives_as_none(voice: Voice) -> None:
    arrived: queue.SimpleQueue[Pcm | None] = queue.SimpleQueue()
    voice.submit("one", 10_000, arrived.put)
    assert arrived.get() is None


def test_after_closing_only_kept_lines_are_spoken(folder: Path) -> None:
    voice, arrived = Voice(folder), list[Pcm | None]()
    spoken = voice.render("one", 160)
    voice.close()
    assert voice.helper_pid is None
    assert voice.render("one", 160) is spoken
    voice.submit("two", 160, arrived.append)
    assert arrived == [None]
    with pytest.raises(SpeechFailed, match="closed"):
        voice.render("two", 160)


# --- a process that fails -------------------------------------------------------------------------------------


def test_a_killed_process_is_replaced_and_the_line_arrives(folder: Path) -> None:
    voice = Voice(folder)
    voice.render("one", 160)
    first_pid = voice.helper_pid
    kill_helper(voice)
    assert len(voice.render("two", 160)) > 0
    assert voice.helper_pid not in (None, first_pid)
    voice.close()


@posix_only
def test_a_process_that_hangs_is_replaced_and_the_line_arrives(folder: Path) -> None:
    voice = Voice(folder, line_timeout_s=2.0)
    voice.render("one", 160)
    hung_pid = voice.helper_pid
    assert hung_pid is not None
    os.kill(hung_pid, signal.SIGSTOP)
    assert len(voice.render("two", 160)) > 0
    assert voice.helper_pid != hung_pid
    with pytest.raises(ProcessLookupError):
        os.kill(hung_pid, 0)
    voice.close()


@posix_only
def test_the_process_outlives_a_ctrl_c(folder: Path) -> None:
    voice = Voice(folder)
    voice.render("one", 160)
    pid = voice.helper_pid
    assert pid is not None
    os.kill(pid, signal.SIGINT)
    voice.render("closing words", 160)
    assert voice.helper_pid == pid
    voice.close()


@posix_only
def test_closing_does_not_wait_for_a_process_that_hangs(folder: Path) -> None:
    voice, arrived = Voice(folder, line_timeout_s=10_000), queue.SimpleQueue[Pcm | None]()
    voice.render("one", 160)
    assert voice.helper_pid is not None
    os.kill(voice.helper_pid, signal.SIGSTOP)
    voice.submit("two", 160, arrived.put)
    voice.close()
    assert arrived.get_nowait() is None


def test_an_engine_that_never_comes_up_is_told_in_a_sentence(folder: Path) -> None:
    voice = Voice(folder, start_timeout_s=0.0)
    with pytest.raises(SpeechFailed, match=r'"one" could not be spoken: no answer within 0\.0 seconds'):
        voice.render("one", 160)
    assert voice.helper_pid is None
    voice.close()


def test_an_unknown_voice_is_told_in_a_sentence(folder: Path) -> None:
    voice = Voice(folder, voice="nobody")
    with pytest.raises(SpeechFailed, match='no voice called "nobody"'):
        voice.render("one", 160)
    voice.close()


def test_the_voice_is_english_and_the_engine_says_its_version(voice: Voice) -> None:
    description = voice.describe()
    (chosen,) = (installed for installed in description.voices if installed.id == description.voice)
    assert any(tag.lower().startswith("en") for tag in chosen.languages)
    assert "pyttsx3 2." in description.engine
