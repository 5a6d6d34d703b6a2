"""The recipe of models/coach-en: recordings in, a libvosk model directory out. Start with README.md."""
