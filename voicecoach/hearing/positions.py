"""From the recogniser's own stream of samples back to the absolute index of the audio it was fed."""

from __future__ import annotations

from bisect import bisect_right


class StreamPositions:
    """Vosk counts the samples it is given; gaps and repeated audio make that differ from the audio's own index."""

    def __init__(self) -> None:
        self.streamed_samples = 0
        self._stream: list[int] = []
        self._absolute: list[int] = []

    def add(self, start_sample: int, samples: int) -> None:
        """The recogniser is about to get `samples` samples, the first of which has this absolute index."""
        if not self._stream or self._at(len(self._stream) - 1, self.streamed_samples) != start_sample:
            self._stream.append(self.streamed_samples)
            self._absolute.append(start_sample)
        self.streamed_samples += samples

    def absolute(self, stream_sample: int) -> int:
        """Where a sample of the stream was in the audio. Raises IndexError before any audio."""
        return self._at(max(0, bisect_right(self._stream, stream_sample) - 1), stream_sample)

    def absolute_end(self, stream_sample: int) -> int:
        """The same for an exclusive end: it belongs to the sample before it."""
        return self.absolute(stream_sample - 1) + 1

    def forget_before(self, stream_sample: int) -> None:
        """Nothing earlier than this will be asked for."""
        keep_from = max(0, bisect_right(self._stream, stream_sample) - 1)
        del self._stream[:keep_from], self._absolute[:keep_from]

    def _at(self, segment: int, stream_sample: int) -> int:
        return self._absolute[segment] + stream_sample - self._stream[segment]
