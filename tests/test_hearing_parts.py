"""The pure parts of hearing: grammar, endpoint, positions, queue, frames."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicecoach.hearing.audio_queue import AudioQueue
from voicecoach.hearing.endpoint import Endpoint
from voicecoach.hearing.frames import (
    AUDIO,
    FLUSH,
    HeardWord,
    News,
    RecogniserEvent,
    VoiceNews,
    pack_audio,
    pack_news,
    unpack_audio,
    unpack_news,
)
from voicecoach.hearing.grammar import plan_grammar
from voicecoach.hearing.positions import StreamPositions

KNOWN = {"stop", "my", "leg", "don't", "größer", "[unk]", "<eps>", "#0"}


# --- grammar


@pytest.mark.parametrize(
    ("phrases", "usable", "missing"),
    [
        (["stop", "my leg"], ("stop", "my leg"), ()),
        ([" STOP ", "stop", "My  Leg"], ("stop", "my leg"), ()),
        (["don't stop", "größer"], ("don't stop", "größer"), ()),
        (["stop xyzzy", "my leg"], ("my leg",), ("xyzzy",)),
        ([], (), ()),
        (["", "  "], (), ()),
        (["stop [unk]", "stop [unk]", "stop"], ("stop", "stop [unk]", "stop [unk]"), ()),
        (["xyzzy [unk]"], (), ("xyzzy",)),
        (["[unk]", "stop"], ("stop",), ()),
        (["<eps>", "stop #0", "stop\0", '"stop', "stop\ud800"], (), ('"stop', "#0", "<eps>", "stop\0", "stop\ud800")),
    ],
)
def test_only_phrases_whose_words_are_known_are_used(
    phrases: list[str], usable: tuple[str, ...], missing: tuple[str, ...]
) -> None:
    plan = plan_grammar(phrases, KNOWN.__contains__)
    assert plan.phrases == (*usable, "[unk]")
    assert plan.missing_words == missing


def test_other_speech_is_as_cheap_as_it_is_given_often() -> None:
    assert plan_grammar(["[unk]", "stop", "[unk]"], KNOWN.__contains__).phrases == ("stop", "[unk]", "[unk]")


def test_a_model_that_knows_nothing_leaves_nothing() -> None:
    assert plan_grammar(["stop"], lambda _word: False).phrases == ()


@given(st.lists(st.text() | st.lists(st.sampled_from([*KNOWN, "xyzzy", "LEG"])).map(" ".join)))
def test_a_grammar_is_always_safe_and_planning_it_again_changes_nothing(phrases: list[str]) -> None:
    plan = plan_grammar(phrases, KNOWN.__contains__)
    words = {word for phrase in plan.phrases for word in phrase.split(" ")}
    assert words <= KNOWN - {"<eps>", "#0"}
    without = [phrase for phrase in plan.phrases if "[unk]" not in phrase]
    assert len(set(without)) == len(without)
    assert plan_grammar(plan.phrases, KNOWN.__contains__) == type(plan)(plan.phrases, ())


# --- endpoint: a quiet room at -60 dBFS, speech at -25


def _run(endpoint: Endpoint, *parts: tuple[float, float, str], chunk_s: float = 0.02) -> float | None:
    """Parts of (seconds, level, text); the moment of the first end, or None."""
    at_s = 0.0
    for seconds, level_dbfs, text in parts:
        for _ in range(round(seconds / chunk_s)):
            at_s += chunk_s
            if endpoint.update(level_dbfs, chunk_s, text):
                return at_s
    return None


@pytest.mark.parametrize("chunk_s", [0.01, 0.02, 0.05])
def test_quiet_after_unchanged_text_ends_the_utterance(chunk_s: float) -> None:
    ended_s = _run(Endpoint(), (1.0, -60, ""), (0.6, -25, "stop"), (1.0, -60, "stop"), chunk_s=chunk_s)
    assert ended_s == pytest.approx(1.9)


def test_silence_without_words_never_ends() -> None:
    assert _run(Endpoint(), (20.0, -60, "")) is None


def test_a_text_that_still_changes_has_not_ended() -> None:
    ended_s = _run(Endpoint(), (1.0, -60, ""), (0.2, -25, "my"), (0.2, -60, "my"), (1.0, -60, "my leg"))
    # the chunk that brings the change does not count
    assert ended_s == pytest.approx(1.4 + 0.02 + 0.3)


def test_a_breath_between_words_does_not_end_it() -> None:
    breath = [(0.3, -25.0, "my"), (0.28, -60.0, "my")]
    assert _run(Endpoint(), (1.0, -60, ""), *breath, (0.3, -25, "my leg")) is None


def test_a_word_that_is_withdrawn_ends_however_loud_it_is() -> None:
    ended_s = _run(Endpoint(), (1.0, -60, ""), (0.4, -25, "go"), (2.0, -25, ""))
    assert ended_s == pytest.approx(1.4 + 0.02 + 0.3)


def test_noise_that_goes_on_ends_when_the_text_is_stale() -> None:
    ended_s = _run(Endpoint(), (1.0, -60, ""), (5.0, -20, "stop"))
    assert ended_s == pytest.approx(1.0 + 0.02 + 1.5)


def test_in_a_loud_room_it_ends_when_the_voice_does() -> None:
    endpoint = Endpoint()
    _run(endpoint, (1.0, -60, ""), (0.5, -20, "stop"))
    assert not endpoint.update(-20, 0.02, "stop")
    assert endpoint.update(-20, 0.02, "stop", no_voice=True)


def test_without_a_voice_a_text_that_still_changes_has_not_ended() -> None:
    endpoint = Endpoint()
    _run(endpoint, (1.0, -60, ""), (0.5, -20, "my"))
    assert not endpoint.update(-20, 0.02, "my leg", no_voice=True)


def test_one_dip_does_not_lower_the_floor_of_a_noisy_room() -> None:
    endpoint = Endpoint()
    _run(endpoint, (2.0, -45, ""), (0.02, -65, ""))
    assert endpoint.floor_dbfs > -50


def test_the_floor_follows_a_room_that_becomes_louder() -> None:
    endpoint = Endpoint()
    _run(endpoint, (1.0, -60, ""), (10.0, -40, ""))
    assert endpoint.floor_dbfs == pytest.approx(-40, abs=1)


def test_digital_silence_at_first_does_not_make_a_quiet_room_loud() -> None:
    ended_s = _run(Endpoint(), (1.0, -130, ""), (0.5, -25, "stop"), (1.0, -62, "stop"))
    assert ended_s == pytest.approx(1.8)


def test_the_next_utterance_starts_afresh() -> None:
    endpoint = Endpoint()
    assert _run(endpoint, (1.0, -60, ""), (1.0, -60, "stop")) is not None
    endpoint.next_utterance()
    assert _run(endpoint, (5.0, -60, "")) is None


# --- positions


@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(1, 400)), min_size=1))
def test_every_sample_of_the_stream_is_found_where_it_was(blocks: list[tuple[int, int]]) -> None:
    positions = StreamPositions()
    expected: list[int] = []
    for start_sample, samples in blocks:
        positions.add(start_sample, samples)
        expected.extend(range(start_sample, start_sample + samples))
    assert positions.streamed_samples == len(expected)
    forget = len(expected) // 2
    for when in ("all", "half"):
        if when == "half":
            positions.forget_before(forget)
        for stream_sample in range(0 if when == "all" else forget, len(expected)):
            assert positions.absolute(stream_sample) == expected[stream_sample]
            assert positions.absolute_end(stream_sample + 1) == expected[stream_sample] + 1


# --- queue


@given(st.lists(st.integers(0, 700) | st.just("flush") | st.just("pop")), st.integers(1, 1000))
def test_the_queue_is_bounded_and_gives_up_only_the_oldest_audio(steps: list[int | str], limit: int) -> None:
    queue = AudioQueue(limit)
    fed = flushes = out_samples = out_flushes = 0
    last_end = 0
    for step in [*steps, *["pop"] * len(steps)]:
        if step == "flush":
            queue.put(FLUSH)
            flushes += 1
        elif isinstance(step, int):
            queue.put_audio(np.zeros(step, np.int16), fed)
            fed += step
        elif len(queue):
            item = queue.pop()
            out_flushes += item.kind == FLUSH
            if item.kind == AUDIO:
                block, start_sample = unpack_audio(item.payload)
                assert start_sample >= last_end
                last_end = start_sample + len(block)
                out_samples += len(block)
        assert queue.waiting_samples <= limit
        assert fed == out_samples + queue.waiting_samples + queue.dropped_samples
    assert out_flushes == flushes
    assert len(queue) == 0


# --- frames


@given(st.lists(st.integers(-32768, 32767)), st.integers(-(2**63), 2**63 - 1))
def test_audio_survives_the_pipe(values: list[int], start_sample: int) -> None:
    block, start = unpack_audio(pack_audio(np.array(values, np.int16), start_sample))
    assert (block.tolist(), start) == (values, start_sample)


@pytest.mark.parametrize("payload", [b"", b"1234567", b"123456789"])
def test_a_cut_audio_frame_is_refused(payload: bytes) -> None:
    with pytest.raises(ValueError, match="audio frame"):
        unpack_audio(payload)


@pytest.mark.parametrize(
    "news",
    [
        RecogniserEvent("größer", True, 0.5, 10, 20, 30, (HeardWord("größer", 0.5, 10, 20),)),
        VoiceNews(10, 20, over=True),
    ],
)
def test_news_survive_the_pipe(news: News) -> None:
    assert unpack_news(*pack_news(news)) == news
