"""Forgetting for good: what the coach has kept about a person is deleted, but never a lock.

A lock that nobody has lifted, and a session that ended much worse and has not been asked about, are kept as bare
facts (which rule, and the date), without a word of the person: deleting data must not allow exercises that a warning
sign forbids.
"""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from voicecoach.core.messages import Note
from voicecoach.core.rules import Verdict
from voicecoach.earlier import unsettled_much_worse
from voicecoach.errors import CoachError
from voicecoach.journal import Journal, SessionRecord
from voicecoach.paths import log_file, recording_file, speech_cache


class NotForgotten(CoachError):  # noqa: N818 - what did not happen
    """Something could not be deleted."""


@dataclass(frozen=True, slots=True)
class Holdings:
    """What there is to forget. `kept_rules`: rules whose locks would be kept."""

    sessions: int
    first_date: str
    last_date: str
    plan_changes: int
    releases: int
    kept_rules: tuple[str, ...]


def holdings(journal: Journal) -> Holdings:
    """Raises JournalError."""
    sessions = journal.sessions()
    dates = [session.local_date.isoformat() for session in sessions]
    return Holdings(
        len(sessions),
        min(dates, default=""),
        max(dates, default=""),
        len(journal.plan_changes()),
        len(journal.releases()),
        tuple(note.rule for _, note in _lasting(journal)),
    )


def forget_everything(journal: Journal, *, speech: bool = True) -> None:
    """Delete everything; needs the claim. `speech`: with what lies beside the journal, rendered speech above all; not
    where it is a journal of rehearsals. Raises JournalError, NotForgotten."""
    journal.forget(_lasting(journal))
    journal.make_room()
    if not speech:
        return
    left = [path for path in _other_files() if not _removed(path)]
    if left:
        raise NotForgotten(f"The journal is empty now, but {left[0]} can't be removed: delete it yourself.")


def described(what: Holdings, *, speech: bool = True) -> str:
    """What would be deleted, in a sentence. `speech`: see `forget_everything`."""
    if not (what.sessions or what.plan_changes or what.releases):
        return "The journal is empty" + ("; there may be rendered speech." if speech else ".")
    dates = f" from {what.first_date} to {what.last_date}" if what.sessions else ""
    things = [f"{what.sessions} sessions{dates}", f"the plan and settings ({what.plan_changes} changes)"]
    things += [f"{what.releases} releases", *(["rendered speech"] if speech else [])]
    return f"This deletes {', '.join(things[:-1])}, and {things[-1]}." + kept(what)


def kept(what: Holdings) -> str:
    """What stays, in a sentence to follow another; "" where nothing does."""
    if not what.kept_rules:
        return ""
    return (
        f" A warning is kept ({', '.join(what.kept_rules)}, with its date and without your words): "
        "it keeps the exercises closed until it has been settled."
    )


def _lasting(journal: Journal) -> list[tuple[SessionRecord, Note]]:
    """Decisions that must not be forgotten, without the words that they were made on."""
    verdicts = {"RED-FLAG": Verdict.EMERGENCY}
    lasting = [(session, rule) for rule, session in journal.locks().items()]
    much_worse = unsettled_much_worse(journal)
    if much_worse is not None:
        lasting.append((much_worse, "MUCH-WORSE"))
    return [
        (session, Note(rule, verdicts.get(rule, Verdict.STOP), "kept when all else was forgotten", ""))
        for session, rule in lasting
    ]


def _other_files() -> list[Path]:
    """Rendered speech has the person's own words, read back to them; so may a log and a recording."""
    return [speech_cache(), log_file(), recording_file()]


def _removed(path: Path) -> bool:
    with contextlib.suppress(OSError):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    return not path.exists()
