"""In the recogniser process: one Vosk recogniser, chunks of audio in, partial and final results out.

Vosk's word times count the samples it was given since it was made, across Result, FinalResult, Reset and SetGrammar.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from voicecoach.hearing.endpoint import Endpoint
from voicecoach.hearing.frames import SAMPLE_RATE_HZ, HeardWord, News, RecogniserEvent, Samples, VoiceNews
from voicecoach.hearing.grammar import plan_grammar
from voicecoach.hearing.positions import StreamPositions
from voicecoach.hearing.voice_activity import VoiceActivity

# Audio is cut into chunks of one size, so that results do not depend on how it was delivered.
CHUNK_SAMPLES = SAMPLE_RATE_HZ // 50
# No word survives a longer hole; a shorter one (an overflow) is worth hearing across.
LONGEST_GAP_SAMPLES = SAMPLE_RATE_HZ // 5
# What a new grammar hears again: the utterance that is running, or else the beginning of one not yet noticed.
REPLAY_RUNNING_SAMPLES = 3 * SAMPLE_RATE_HZ
REPLAY_IDLE_SAMPLES = SAMPLE_RATE_HZ // 2
# A first partial comes about this long after the beginning of its word (median of recorded words).
PARTIAL_DELAY_SAMPLES = SAMPLE_RATE_HZ // 4
# So long a partial text has to stay before it is sent: single frames flicker. Of 48 sentences with a stop or something
# worse, in noise, it loses one hush; 0.1 s would spare a fifth of the false hushes and lose three.
STEADY_SAMPLES = SAMPLE_RATE_HZ // 25
_DITHER_SEED = 20  # any; fixed, so that the same audio always gives the same words


class KnowsNothing(ValueError):  # noqa: N818 - about the model
    """None of the phrases can be heard. `missing_words`: those that the model lacks."""

    def __init__(self, missing_words: tuple[str, ...]) -> None:
        super().__init__("the model knows none of the phrases")
        self.missing_words = missing_words


class Listener:
    """Feed `hear()` blocks of any size; `on_news` gets the results, and news of voices where `voice` is given. One
    thread only."""

    def __init__(
        self,
        model: Any,
        make_recogniser: Callable[[], Any],
        on_news: Callable[[News], None],
        voice: VoiceActivity | None = None,
    ) -> None:
        self._model = model
        self._recogniser = make_recogniser()
        self._recogniser.SetWords(True)
        self._on_news = on_news
        self._voice = voice
        self._voice_over: VoiceNews | None = None  # to be told when what was said has had its final result
        self._grammar: tuple[str, ...] = ()
        self._positions = StreamPositions()
        self._endpoint = Endpoint()
        self._dither = np.random.default_rng(_DITHER_SEED).integers(-2, 3, SAMPLE_RATE_HZ, dtype=np.int16)
        self._waiting: Samples = np.zeros(0, np.int16)
        self._expected_sample: int | None = None
        self._recent: deque[tuple[Samples, int]] = deque()
        self._recent_samples = 0
        self._proposed = self._flicker = ""
        self._steady_from = self._started_sample = 0
        self._heard_until = 0

    def listen(self, phrases: Sequence[str]) -> tuple[str, ...]:
        """From now on hear these phrases; the words that the model lacks. The utterance that is running is heard
        again with them, so that a word spoken across the change is not cut. Raises KnowsNothing when nothing is left.
        """
        plan = plan_grammar(phrases, lambda word: bool(self._model.vosk_model_find_word(word) > 0))
        if not plan.phrases:
            raise KnowsNothing(plan.missing_words)
        if plan.phrases != self._grammar:
            # libvosk dies of a new grammar in a running utterance; and it does not read \u escapes
            self._recogniser.Reset()
            self._recogniser.SetGrammar(json.dumps(plan.phrases, ensure_ascii=False))
            self._grammar = plan.phrases
            self._hear_again()
        return plan.missing_words

    def hear(self, block: Samples, start_sample: int) -> None:
        if self._expected_sample is not None and start_sample != self._expected_sample:
            self._across_gap(start_sample - self._expected_sample)
        waiting = np.concatenate([self._waiting, block])
        at_sample = start_sample - len(self._waiting)
        self._expected_sample = start_sample + len(block)
        whole = len(waiting) - len(waiting) % CHUNK_SAMPLES
        for offset in range(0, whole, CHUNK_SAMPLES):
            self._hear_chunk(waiting[offset : offset + CHUNK_SAMPLES], at_sample + offset)
        self._waiting = waiting[whole:]

    def flush(self) -> None:
        """The utterance ends here: its final result now."""
        self._hear_waiting()
        self._finish(self._recogniser.FinalResult())

    def reset(self) -> None:
        """Forget what is being said."""
        self._waiting = self._waiting[:0]
        self._recogniser.Reset()
        self._finish("{}")

    def _across_gap(self, gap_samples: int) -> None:
        self._hear_waiting()
        if not 0 < gap_samples <= LONGEST_GAP_SAMPLES:
            self._finish(self._recogniser.FinalResult())
            self._tell_voice(self._voice.forget() if self._voice else [])

    def _hear_waiting(self) -> None:
        if len(self._waiting):
            assert self._expected_sample is not None
            chunk, self._waiting = self._waiting, self._waiting[:0]
            self._hear_chunk(chunk, self._expected_sample - len(chunk))

    def _hear_chunk(self, chunk: Samples, start_sample: int) -> None:
        self._heard_until = start_sample + len(chunk)
        voices = self._voice.feed(chunk, start_sample) if self._voice else []
        text = self._decode(chunk, start_sample)
        if text is not None:
            self._propose(text)
            no_voice = self._voice is not None and self._voice.quiet
            if self._endpoint.update(_level_dbfs(chunk), len(chunk) / SAMPLE_RATE_HZ, text, no_voice=no_voice):
                self._finish(self._recogniser.FinalResult())
        self._tell_voice(voices)

    def _tell_voice(self, voices: Iterable[VoiceNews]) -> None:
        """Who talks again before the final result is out has not stopped."""
        for news in voices:
            self._voice_over = news if news.over else None
            if not news.over:
                self._on_news(news)
        if self._voice_over is not None and not (self._proposed or self._flicker):
            self._on_news(self._voice_over)
            self._voice_over = None

    def _decode(self, chunk: Samples, start_sample: int) -> str | None:
        """The partial text after this chunk, or None when the recogniser itself has ended the utterance."""
        self._recent.append((chunk, start_sample))
        self._recent_samples += len(chunk)
        while self._recent_samples - len(self._recent[0][0]) >= REPLAY_RUNNING_SAMPLES:
            self._recent_samples -= len(self._recent.popleft()[0])
        self._positions.add(start_sample, len(chunk))
        if self._recogniser.AcceptWaveform(self._dithered(chunk, start_sample).tobytes()):
            self._finish(self._recogniser.Result())
            return None
        return str(json.loads(self._recogniser.PartialResult()).get("partial", ""))

    def _dithered(self, chunk: Samples, start_sample: int) -> Samples:
        """Digital silence is nothing a model was trained on. The noise depends on the position only."""
        noise = self._dither.take(np.arange(start_sample, start_sample + len(chunk)), mode="wrap")
        dithered: Samples = np.clip(chunk.astype(np.int32) + noise, -32768, 32767).astype(np.int16)
        return dithered

    def _hear_again(self) -> None:
        recent, wanted = list(self._recent), REPLAY_RUNNING_SAMPLES if self._flicker else REPLAY_IDLE_SAMPLES
        self._forget_recent()
        text: str | None = ""
        while recent and sum(len(chunk) for chunk, _ in recent) > wanted:
            del recent[0]
        for chunk, start_sample in recent:
            text = self._decode(chunk, start_sample)
        if text:
            self._propose(text)

    def _propose(self, text: str) -> None:
        """Once it is steady. A partial that says nothing any more is not sent: the final will say so."""
        if text != self._flicker:
            if not self._flicker and not self._proposed:
                self._started_sample = max(self._recent[0][1], self._heard_until - PARTIAL_DELAY_SAMPLES)
            self._flicker, self._steady_from = text, self._heard_until
        if text in ("", self._proposed) or self._heard_until - self._steady_from < STEADY_SAMPLES:
            return
        self._proposed = text
        self._on_news(RecogniserEvent(text, False, 0.0, self._started_sample, self._heard_until, self._heard_until))

    def _finish(self, result: str) -> None:
        """Send the final result, if it has words or something had been proposed, and begin the next utterance."""
        words = tuple(self._heard_word(word) for word in json.loads(result).get("result", ()))
        if words or self._proposed:
            self._on_news(
                RecogniserEvent(
                    words=" ".join(word.word for word in words),
                    final=True,
                    confidence=min((word.confidence for word in words), default=0.0),
                    started_sample=words[0].started_sample if words else self._started_sample,
                    ended_sample=words[-1].ended_sample if words else self._heard_until,
                    at_sample=self._heard_until,
                    word_list=words,
                )
            )
        self._next_utterance()

    def _heard_word(self, word: dict[str, Any]) -> HeardWord:
        start, end = (round(word[key] * SAMPLE_RATE_HZ) for key in ("start", "end"))
        return HeardWord(
            str(word["word"]),
            round(min(float(word["conf"]), 1.0), 4),
            self._positions.absolute(start),
            # the recogniser's last frame can reach a little beyond the audio
            min(self._positions.absolute_end(end), self._heard_until),
        )

    def _next_utterance(self) -> None:
        self._proposed = self._flicker = ""
        self._started_sample = self._heard_until
        self._endpoint.next_utterance()
        self._positions.forget_before(self._positions.streamed_samples - REPLAY_RUNNING_SAMPLES)
        self._forget_recent()

    def _forget_recent(self) -> None:
        self._recent.clear()
        self._recent_samples = 0


def _level_dbfs(chunk: Samples) -> float:
    """Loudness of a chunk without its constant part."""
    spread = float(np.std(chunk.astype(np.float64)))
    return float(20 * np.log10(max(spread, 1e-2) / 32768))
