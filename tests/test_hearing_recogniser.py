"""The recogniser process with the real libvosk and recorded people."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from tests.hearing_clips import PHRASES, SPOKEN, STOP, VOICES, Ear, clip, in_room, room
from voicecoach.errors import CoachError
from voicecoach.hearing.hear_file import hear_file, read_speech
from voicecoach.hearing.model import embedded_model

EIGHT = VOICES / "eight_8a325749_1.flac"
LEADING = 8000  # the room before a word, in samples

needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="signals that stop a process")


@pytest.fixture
def ear() -> Iterator[Ear]:
    with Ear() as started:
        started.recogniser.listen(PHRASES)
        yield started
        assert started.losses == []


@pytest.mark.parametrize("path", sorted(VOICES.glob("*.flac")), ids=lambda path: path.stem)
def test_a_recorded_word_is_proposed_and_then_heard(ear: Ear, path: Path) -> None:
    ear.hear(in_room(path))
    word = path.stem.split("_")[0]
    assert ear.partials[-1].words == word
    (final,) = ear.finals
    assert final.words == word
    assert final.confidence > 0.9
    assert LEADING <= final.started_sample < final.ended_sample <= final.at_sample
    assert ear.partials[0].at_sample < final.at_sample
    assert [heard.word for heard in final.word_list] == [word]


@pytest.mark.parametrize("path", [STOP, EIGHT], ids=lambda path: path.stem)
def test_positions_are_those_of_the_audio_after_an_offset_a_new_grammar_and_gaps(ear: Ear, path: Path) -> None:
    sound = in_room(path)
    starts = [1_000_000, 5_000_007, 10_000_000]
    at = ear.hear(sound, starts[0])
    ear.recogniser.listen([*PHRASES, "my leg hurts"])
    # a small hole in the room noise, as after an overflow, does not disturb what follows
    ear.hear(room(0.3), at + 1000)
    ear.hear(sound, starts[1])
    ear.recogniser.flush()
    ear.hear(sound, starts[2])
    begin, end = SPOKEN[path.stem]
    assert [final.words for final in ear.finals] == [path.stem.split("_")[0]] * 3
    for final, start in zip(ear.finals, starts, strict=True):
        assert final.started_sample == pytest.approx(start + LEADING + begin, abs=2000)
        assert final.ended_sample == pytest.approx(start + LEADING + end, abs=2000)


def test_a_word_spoken_across_a_new_grammar_is_not_cut(ear: Ear) -> None:
    sound = in_room(STOP)
    middle = LEADING + sum(SPOKEN[STOP.stem]) // 2
    at = ear.hear(sound[:middle])
    ear.recogniser.listen(["stop", "my leg hurts", "my back hurts"])
    ear.hear(sound[middle:], at)
    assert [final.words for final in ear.finals] == ["stop"]
    assert ear.finals[0].started_sample == pytest.approx(LEADING + SPOKEN[STOP.stem][0], abs=2000)


def test_unknown_words_are_named_and_the_rest_is_heard(ear: Ear) -> None:
    ear.recogniser.listen(["stop", "stop the xyzzy", "plugh"])
    ear.hear(in_room(STOP))
    assert ear.recogniser.missing_words == ("plugh", "xyzzy")
    assert [final.words for final in ear.finals] == ["stop"]


def test_flush_ends_the_utterance_at_once(ear: Ear) -> None:
    end = LEADING + SPOKEN[STOP.stem][1]
    ear.hear(in_room(STOP)[:end])
    assert ear.finals == []
    ear.recogniser.flush()
    assert ear.recogniser.sync()
    assert [(final.words, final.at_sample) for final in ear.finals] == [("stop", end)]


def test_reset_forgets_the_utterance_and_says_so(ear: Ear) -> None:
    ear.hear(in_room(STOP)[: LEADING + SPOKEN[STOP.stem][1]])
    assert ear.partials
    ear.recogniser.reset()
    assert ear.recogniser.sync()
    assert [final.words for final in ear.finals] == [""]


@pytest.mark.parametrize(
    "phrases",
    [
        [],
        ["", " ", "\t"],
        ["<eps>"],
        ["#0", "<s>", "</s>", "[unk]", "!SIL"],
        ["xyzzy", "plugh"],
        ["größer", "останови", "止まれ", "\ud800", "\0", "stop\0go"],
        ['"', "\\", '"], ["', "\\u0073top"],
        ["a" * 100_000],
    ],
    ids=repr,
)
def test_phrases_of_which_nothing_is_left_give_unknown_speech(ear: Ear, phrases: list[str]) -> None:
    ear.recogniser.listen(phrases)
    ear.hear(in_room(STOP))
    assert {final.words for final in ear.finals} == {"[unk]"}
    ear.recogniser.listen(["STOP "])
    ear.hear(in_room(STOP), 100_000)
    assert ear.finals[-1].words == "stop"


def test_five_thousand_phrases(ear: Ear) -> None:
    lines = (embedded_model() / "graph/words.txt").read_text().splitlines()
    known = [line.split()[0] for line in lines if line[0].isalpha()][:2500]
    phrases = [f"{one} {two}" for step in (1, 7) for one, two in zip(known, known[step:] + known[:step], strict=True)]
    ear.recogniser.listen([*phrases, "stop"])
    ear.hear(in_room(STOP))
    assert len(phrases) == 5000
    assert ear.recogniser.missing_words == ()
    assert [final.words for final in ear.finals if final.words]


def test_a_phrase_list_that_is_none_is_refused_and_the_old_one_stays(ear: Ear) -> None:
    ear.recogniser.listen([7])  # type: ignore[list-item]
    ear.hear(in_room(STOP))
    assert ear.recogniser.last_error == "phrases must be a list of strings"
    assert [final.words for final in ear.finals] == ["stop"]


def test_random_samples_do_no_harm(ear: Ear) -> None:
    random = np.random.default_rng(3)
    at = ear.hear(random.integers(-32768, 32768, 48_000, dtype=np.int16), block_samples=777)
    at = ear.hear(np.full(16_000, -32768, np.int16), at)
    at = ear.hear(np.zeros(16_000, np.int16), at)
    ear.recogniser.flush()
    ear.events.clear()
    ear.hear(in_room(STOP), at)
    assert [final.words for final in ear.finals] == ["stop"]


def test_the_same_audio_gives_the_same_results_however_it_is_cut() -> None:
    sound = np.concatenate([in_room(STOP), in_room(EIGHT)])
    runs = []
    for block_samples in (1600, 333, 20_001):
        with Ear() as ear:
            ear.recogniser.listen(PHRASES)
            ear.hear(sound, 16, block_samples)
            runs.append(ear.events)
    assert runs[0] == runs[1] == runs[2]
    assert [event.words for event in runs[0] if event.final] == ["stop", "eight"]


def test_sync_after_single_samples_delivers_what_was_heard(ear: Ear) -> None:
    at = ear.hear(in_room(STOP)[: LEADING + SPOKEN[STOP.stem][1]])
    ear.hear(room(0.01), at, block_samples=1)
    ear.recogniser.flush()
    assert ear.recogniser.sync()
    assert ear.finals[-1].words == "stop"
    assert ear.finals[-1].at_sample == at + 160


def test_a_killed_process_is_reported_once_and_a_new_one_hears_the_same_phrases(ear: Ear) -> None:
    ear.hear(room(0.2))
    assert ear.recogniser.pid is not None
    os.kill(ear.recogniser.pid, signal.SIGTERM)
    assert ear.lost.wait(20)
    assert not ear.recogniser.alive
    ear.recogniser.feed(room(0.2), 0)
    assert not ear.recogniser.sync(20)
    ear.recogniser.restart()
    assert ear.recogniser.alive
    ear.hear(in_room(STOP))
    assert [final.words for final in ear.finals] == ["stop"]
    ear.recogniser.close()
    assert ear.losses == ["the speech recogniser has stopped working"]
    ear.losses.clear()


@needs_signals
def test_a_process_that_no_longer_answers_is_killed_and_reported_once() -> None:
    with Ear(patience_s=1.0) as ear:
        ear.recogniser.listen(["stop"])
        assert ear.recogniser.sync()
        pid = ear.recogniser.pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        ear.recogniser.feed(room(0.5), 0)
        assert ear.lost.wait(30)
        assert ear.losses == ["the speech recogniser no longer answers"]
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
        ear.recogniser.restart()
        ear.hear(in_room(STOP))
        assert [final.words for final in ear.finals] == ["stop"]
    assert len(ear.losses) == 1


@needs_signals
def test_audio_that_comes_too_fast_is_dropped_oldest_first_and_counted() -> None:
    with Ear(queue_s=2.5) as ear:
        ear.recogniser.listen(["stop"])
        assert ear.recogniser.sync()
        assert ear.recogniser.pid is not None
        os.kill(ear.recogniser.pid, signal.SIGSTOP)
        before, sound = room(10.0), in_room(STOP)
        for at in range(0, len(before), 1600):
            ear.recogniser.feed(before[at : at + 1600], at)
        ear.recogniser.feed(sound, len(before))
        # less than half a second and a block were under way
        assert len(before) - 9600 <= ear.recogniser.dropped_samples + 16_000 * 2.5 - len(sound) <= len(before)
        assert 2.4 < ear.recogniser.lag_s < 3.2
        os.kill(ear.recogniser.pid, signal.SIGCONT)
        assert ear.recogniser.sync(60)
        assert ear.recogniser.lag_s == 0
        assert [final.words for final in ear.finals] == ["stop"]
        assert ear.finals[0].started_sample > len(before)


def test_before_start_and_after_close_nothing_is_heard(ear: Ear) -> None:
    ear.recogniser.close()
    ear.recogniser.feed(room(0.1), 0)
    ear.recogniser.flush()
    assert not ear.recogniser.sync()
    assert not ear.recogniser.alive
    ear.recogniser.close()


@pytest.mark.parametrize(("rate_hz", "channels"), [(44_100, 2), (8_000, 1), (16_000, 1)])
def test_a_sound_file_of_any_rate_is_heard(tmp_path: Path, rate_hz: int, channels: int) -> None:
    sound = in_room(STOP).astype(np.float64) / 32768
    resampled = soxr.resample(sound, 16_000, rate_hz) if rate_hz != 16_000 else sound
    file = tmp_path / "said.wav"
    soundfile.write(file, np.column_stack([resampled] * channels), rate_hz)
    finals = [event for event in hear_file(file, PHRASES, embedded_model()) if event.final]
    assert [final.words for final in finals] == ["stop"]
    assert finals[0].started_sample == pytest.approx(LEADING + SPOKEN[STOP.stem][0], abs=2000)


def test_a_word_that_ends_with_its_file_is_heard(tmp_path: Path) -> None:
    file = tmp_path / "cut.flac"
    soundfile.write(file, clip(STOP)[: SPOKEN[STOP.stem][1]], 16_000)
    assert hear_file(file, PHRASES, embedded_model())[-1].words == "stop"


def test_what_is_not_a_sound_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CoachError, match="no sound file"):
        read_speech(tmp_path / "nothing.wav")
    (tmp_path / "text.wav").write_text("stop")
    with pytest.raises(CoachError, match="not a sound file"):
        read_speech(tmp_path / "text.wav")


def test_people_who_say_stop_are_heard(shared_dir: Path) -> None:
    rows = (line.split("\t") for line in (shared_dir / "audio/speech_commands.tsv").read_text().splitlines())
    clips = [shared_dir / "audio" / path for path, word, _, split in rows if (word, split) == ("stop", "dev")][::2]
    heard = 0
    with Ear() as ear:
        ear.recogniser.listen(PHRASES)
        at = 0
        for path in clips:
            ear.events.clear()
            at = ear.hear(in_room(path), at)
            ear.recogniser.flush()
            assert ear.recogniser.sync()
            heard += "stop" in [final.words for final in ear.finals]
    assert len(clips) > 30
    assert heard >= 0.9 * len(clips)
