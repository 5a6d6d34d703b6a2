"""16 kHz audio blocks in, words out: a Vosk recogniser in its own process.

model.py               finds and checks a model directory
recogniser.py          what the rest of the coach uses: Recogniser.start / feed / listen / flush / sync / close
hear_file.py           the same for a sound file, and which words of a list a model lacks
link.py                one life of the recogniser process: queue, writer, watchdog
recogniser_process.py  the process itself: frames in, frames out
listener.py            in that process: chunks -> partial and final results
grammar.py, endpoint.py, positions.py, audio_queue.py, frames.py   their pure parts
"""
