"""What is shown: plain lines that a screen reader can follow, or the same lines in colour with a progress bar."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress
from rich.text import Text

_STYLES = {"COACH": "bold cyan", "YOU": "bold green", "RULE": "yellow", "COUNT": "dim", "END": "bold"}


class Screen:
    """`plain`: no colours, no redrawing, one event a line."""

    def __init__(self, *, plain: bool) -> None:
        self._plain = plain
        self._console = Console(highlight=False, soft_wrap=True)

    def tell(self, line: str) -> None:
        """Show a line, from any thread. That the terminal was closed is no reason to fall silent."""
        try:
            if self._plain or not self._console.is_terminal:
                print(line, flush=True)
            else:
                who = line.split("]", 1)[-1].split(maxsplit=1)[:1]
                self._console.print(Text(line, style=_STYLES.get(who[0] if who else "", "")))
        except OSError:
            _look_at_nothing()

    @contextmanager
    def progress(self, what: str) -> Iterator[Callable[[int, int], None]]:
        """How far something is, told as (done, total): a bar, or a line at its beginning and its end."""
        if self._plain or not self._console.is_terminal:
            yield self._told_progress(what)
            return
        with Progress(console=self._console, transient=True) as bar:
            task = bar.add_task(what, total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)

    def _told_progress(self, what: str) -> Callable[[int, int], None]:
        def tell(done: int, total: int) -> None:
            if done in (1, total):
                self.tell(f"{what}: {done} of {total} lines.")

        return tell


def _look_at_nothing() -> None:
    """Nobody can see what is printed any more, and what is left of it must not fail once more at the end."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, sys.stdout.fileno())
    os.close(nothing)
