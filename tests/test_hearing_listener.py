"""What the listener makes of a recogniser's answers; the recogniser here is a script of partial texts."""

import itertools
import json
from collections.abc import Callable

import numpy as np
import pytest

from voicecoach.hearing.frames import News, RecogniserEvent, Samples, VoiceNews
from voicecoach.hearing.listener import CHUNK_SAMPLES, LONGEST_GAP_SAMPLES, STEADY_SAMPLES, Listener
from voicecoach.hearing.voice_activity import FRAME_SAMPLES, VoiceActivity

STEADY = STEADY_SAMPLES // CHUNK_SAMPLES


class Script:
    """A recogniser that is asked for a partial after each chunk and answers what `says(chunk number)` gives."""

    def __init__(
        self,
        says: Callable[[int], str],
        ends_at: int = -1,
        vocabulary: tuple[str, ...] = ("stop", "go", "[unk]"),
    ) -> None:
        self.says, self.ends_at, self.vocabulary = says, ends_at, vocabulary
        self.chunks = 0
        self.running = False
        self.heard = bytearray()
        self.grammars: list[list[str]] = []

    def vosk_model_find_word(self, word: str) -> int:
        return 1 if word in self.vocabulary else -1

    def SetWords(self, wanted: bool) -> None:  # noqa: N802 - libvosk's names
        assert wanted

    def SetGrammar(self, grammar: str) -> None:  # noqa: N802
        assert not self.running, "libvosk dies of this"
        self.grammars.append(json.loads(grammar))

    def AcceptWaveform(self, data: bytes) -> bool:  # noqa: N802
        self.running = True
        self.heard += data
        self.chunks += 1
        return self.chunks == self.ends_at

    def PartialResult(self) -> str:  # noqa: N802
        return json.dumps({"partial": self.says(self.chunks)})

    def FinalResult(self) -> str:  # noqa: N802
        self.running = False
        words = self.says(self.chunks).split()
        at_s = self.chunks * CHUNK_SAMPLES / 16_000
        return json.dumps({"result": [{"word": w, "conf": 0.9, "start": at_s - 0.1, "end": at_s} for w in words]})

    Result = FinalResult

    def Reset(self) -> None:  # noqa: N802
        self.running = False


def _listener(script: Script) -> tuple[Listener, list[RecogniserEvent]]:
    news: list[RecogniserEvent] = []

    def words(one: News) -> None:
        assert isinstance(one, RecogniserEvent)
        news.append(one)

    return Listener(script, lambda: script, words), news


def _silence(chunks: int) -> Samples:
    return np.zeros(chunks * CHUNK_SAMPLES, np.int16)


def _summary(events: list[RecogniserEvent]) -> list[tuple[str, bool]]:
    return [(event.words, event.final) for event in events]


def test_a_partial_is_sent_when_it_changes_and_its_end_in_quiet_gives_the_final() -> None:
    listener, events = _listener(Script(lambda n: "stop" if 10 <= n <= 25 else ""))
    listener.hear(_silence(50), 0)
    assert _summary(events) == [("stop", False), ("stop", True)]
    final = events[-1]
    assert final.confidence == 0.9
    assert final.at_sample == (10 + 15) * CHUNK_SAMPLES
    assert (final.started_sample, final.ended_sample) == (final.at_sample - 1600, final.at_sample)


def test_a_partial_is_sent_once_it_is_steady() -> None:
    listener, events = _listener(Script(lambda n: "go" if n < 10 else "stop"))
    listener.hear(_silence(10 + STEADY), 0)
    assert [(event.words, event.at_sample) for event in events] == [
        ("go", (1 + STEADY) * CHUNK_SAMPLES),
        ("stop", (10 + STEADY) * CHUNK_SAMPLES),
    ]


def test_what_flickers_hushes_nobody() -> None:
    listener, events = _listener(Script(lambda n: ("stop", "slow")[n // STEADY % 2] if n <= 50 else ""))
    listener.hear(_silence(100), 0)
    assert events == []


def test_a_partial_that_was_nothing_is_followed_by_an_empty_final() -> None:
    listener, events = _listener(Script(lambda n: "stop" if 10 <= n <= 20 else ""))
    listener.hear(_silence(50), 0)
    assert _summary(events) == [("stop", False), ("", True)]
    assert events[-1].confidence == 0.0


def test_silence_sends_nothing() -> None:
    listener, events = _listener(Script(lambda _n: ""))
    listener.hear(_silence(500), 0)
    listener.flush()
    assert events == []


def test_the_recognisers_own_end_of_an_utterance_is_a_final() -> None:
    listener, events = _listener(Script(lambda n: "go" if n >= 5 else "", ends_at=12))
    listener.hear(_silence(12), 0)
    assert _summary(events) == [("go", False), ("go", True)]
    assert events[-1].at_sample == 12 * CHUNK_SAMPLES


def test_reset_resolves_what_was_proposed() -> None:
    listener, events = _listener(Script(lambda _n: "stop"))
    listener.hear(_silence(1 + STEADY), 0)
    listener.reset()
    assert _summary(events) == [("stop", False), ("", True)]


@pytest.mark.parametrize(("gap", "ends"), [(800, False), (3201, True), (-500, True)])
def test_a_long_gap_or_a_jump_back_ends_the_utterance(gap: int, ends: bool) -> None:
    listener, events = _listener(Script(lambda _n: "stop"))
    length = 1 + STEADY
    listener.hear(_silence(length), 0)
    listener.hear(_silence(length), length * CHUNK_SAMPLES + gap)
    assert any(event.final for event in events) == ends
    # what follows a long gap is a new utterance
    at = 2 * length * CHUNK_SAMPLES + gap
    assert [event.at_sample for event in events if not event.final][1:] == ([at] if ends else [])


def test_a_new_grammar_hears_the_running_utterance_again_and_the_same_grammar_does_nothing() -> None:
    script = Script(lambda n: "stop" if n >= 10 else "")
    listener, events = _listener(script)
    listener.listen(["stop"])
    assert listener.listen(["stop"]) == ()
    listener.hear(_silence(15), 0)
    assert listener.listen(["go", "plugh"]) == ("plugh",)
    assert script.grammars == [["stop", "[unk]"], ["go", "[unk]"]]
    assert script.chunks == 30
    assert bytes(script.heard[: len(script.heard) // 2]) == bytes(script.heard[len(script.heard) // 2 :])
    listener.flush()
    assert _summary(events) == [("stop", False), ("stop", True)]
    assert events[-1].ended_sample == 15 * CHUNK_SAMPLES


def test_without_an_utterance_only_the_last_half_second_is_heard_again() -> None:
    script = Script(lambda _n: "")
    listener, _ = _listener(script)
    listener.hear(_silence(100), 0)
    listener.listen(["go"])
    assert script.chunks == 125


def test_digital_silence_gets_a_little_noise_that_depends_on_the_position_only() -> None:
    first, second = Script(lambda _n: ""), Script(lambda _n: "")
    for script, blocks in ((first, [960]), (second, [1, 319, 640])):
        listener, _ = _listener(script)
        at = 5
        for samples in blocks:
            listener.hear(np.zeros(samples, np.int16), at)
            at += samples
    assert first.heard == second.heard
    assert set(np.frombuffer(bytes(first.heard), np.int16)) == {-2, -1, 0, 1, 2}


def test_phrases_of_which_nothing_is_known_are_refused() -> None:
    script = Script(lambda _n: "", vocabulary=())
    listener, _ = _listener(script)
    with pytest.raises(ValueError, match="none of the phrases"):
        listener.listen(["stop"])
    assert script.grammars == []


# --- voices


def _with_voice(script: Script, is_voice: Callable[[int], bool]) -> tuple[Listener, list[News]]:
    """`is_voice(frame number)`"""
    numbers = itertools.count()
    activity = VoiceActivity(lambda _frame: float(is_voice(next(numbers))))
    news: list[News] = []
    return Listener(script, lambda: script, news.append, activity), news


def _loud(chunks: int) -> Samples:
    return np.random.default_rng(0).normal(0, 8000, chunks * CHUNK_SAMPLES).astype(np.int16)


def test_an_utterance_ends_with_the_voice_in_a_room_that_stays_loud() -> None:
    """0.3 s after the text has changed for the last time, not when it is stale."""
    listener, news = _with_voice(Script(lambda n: "stop" if 60 <= n <= 75 else ""), lambda frame: 20 <= frame < 36)
    listener.hear(_silence(20), 0)
    listener.hear(_loud(100), 20 * CHUNK_SAMPLES)
    (final,) = (one for one in news if isinstance(one, RecogniserEvent) and one.final)
    assert final.at_sample == (60 + 15) * CHUNK_SAMPLES


def test_a_voice_is_over_only_when_its_words_have_had_their_final() -> None:
    """Somebody is heard, and no more for more than a second, but the text goes on changing."""
    texts = {n: "stop " * (n // 10) for n in range(40, 130)}
    listener, news = _with_voice(Script(lambda n: texts.get(n, "").strip()), lambda frame: 20 <= frame < 40)
    listener.hear(_silence(300), 0)
    final = next(n for n, one in enumerate(news) if isinstance(one, RecogniserEvent) and one.final)
    over = [n for n, one in enumerate(news) if isinstance(one, VoiceNews) and one.over]
    assert len(over) == 1 and over[0] > final
    assert news[over[0]] == VoiceNews(20 * FRAME_SAMPLES, 40 * FRAME_SAMPLES, over=True)


def test_a_voice_without_words_is_told_all_the_same() -> None:
    listener, news = _with_voice(Script(lambda _n: ""), lambda frame: 20 <= frame < 40)
    listener.hear(_silence(150), 0)
    assert news[0] == VoiceNews(20 * FRAME_SAMPLES, 28 * FRAME_SAMPLES)
    assert news[-1] == VoiceNews(20 * FRAME_SAMPLES, 40 * FRAME_SAMPLES, over=True)
    assert all(isinstance(one, VoiceNews) for one in news)


def test_who_talks_again_before_the_final_has_not_stopped() -> None:
    listener, news = _with_voice(
        Script(lambda n: "stop " * (n // 10)), lambda frame: 20 <= frame < 40 or 70 <= frame < 90
    )
    listener.hear(_silence(200), 0)
    assert not [one for one in news if isinstance(one, VoiceNews) and one.over]


def test_a_long_gap_ends_a_voice() -> None:
    listener, news = _with_voice(Script(lambda _n: ""), lambda _frame: True)
    listener.hear(_silence(50), 0)
    listener.hear(_silence(1), 50 * CHUNK_SAMPLES + LONGEST_GAP_SAMPLES + 1)
    assert [one.over for one in news if isinstance(one, VoiceNews)][-1]
