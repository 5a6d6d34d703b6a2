"""`voicecoach plan`: which exercises a clinician chose, with which doses; personal settings; a clinician's release."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from voicecoach.core.plan import Counting

app = typer.Typer(
    name="plan",
    help="The plan that a clinician gave: exercises, doses, since when. Without a command: show it.",
    invoke_without_command=True,
)

Programme = Annotated[str, typer.Option("--programme", metavar="PROGRAMME", help="Of which programme it is the plan.")]
JournalFile = Annotated[Path | None, typer.Option("--journal", metavar="FILE", help="A journal of rehearsals.")]
At = Annotated[str, typer.Option("--at", metavar="WHEN", help="When it is, for rehearsals.")]
Exercise = Annotated[str, typer.Argument(metavar="EXERCISE", help="As `voicecoach plan` shows it: press-up.")]
Repetitions = Annotated[int | None, typer.Option("--repetitions", metavar="N", help="How often.")]
Hold = Annotated[int | None, typer.Option("--hold", metavar="SECONDS", help="How long each time.")]
Sides = Annotated[str, typer.Option("--sides", metavar="SIDES", help="left, right, or left,right in this order.")]
DEFAULT = "herniated_disc"


@app.callback()
def show(context: typer.Context, programme: Programme = DEFAULT, journal: JournalFile = None) -> None:
    """The plan that a clinician gave: exercises, doses, since when. Without a command: show it."""
    if context.invoked_subcommand is None:
        from voicecoach.plan_commands import Place, shown

        typer.echo(shown(Place(programme, journal)))


@app.command(name="set")
def set_plan(
    clinician: Annotated[str, typer.Option(metavar="NAME", help="Who chose the exercises.")] = "",
    since: Annotated[str, typer.Option(metavar="DATE", help="Since when (today).")] = "",
    words: Annotated[str, typer.Option(metavar="TEXT", help="What the clinician said.")] = "",
    exercise: Annotated[
        list[str] | None, typer.Option(metavar="EXERCISE", help="Only this one; may be given again.")
    ] = None,
    programme: Programme = DEFAULT,
    journal: JournalFile = None,
    at: At = "",
) -> None:
    """A new plan: all exercises, or those that were chosen, with the programme's usual doses."""
    from voicecoach.plan_commands import Place, choose

    typer.echo(choose(Place(programme, journal, at), clinician, since, words, tuple(exercise or ())))


@app.command()
def add(
    exercise: Exercise,
    repetitions: Repetitions = None,
    hold: Hold = None,
    sides: Sides = "",
    programme: Programme = DEFAULT,
    journal: JournalFile = None,
    at: At = "",
) -> None:
    """One exercise more."""
    from voicecoach.plan_commands import Place, add_exercise

    typer.echo(add_exercise(Place(programme, journal, at), exercise, repetitions, hold, sides))


@app.command()
def dose(
    exercise: Exercise,
    repetitions: Repetitions = None,
    hold: Hold = None,
    sides: Sides = "",
    programme: Programme = DEFAULT,
    journal: JournalFile = None,
    at: At = "",
) -> None:
    """Another dose of one exercise, within the bounds of the programme."""
    from voicecoach.plan_commands import Place, change_dose

    typer.echo(change_dose(Place(programme, journal, at), exercise, repetitions, hold, sides))


@app.command()
def remove(exercise: Exercise, programme: Programme = DEFAULT, journal: JournalFile = None, at: At = "") -> None:
    """One exercise less."""
    from voicecoach.plan_commands import Place, remove_exercise

    typer.echo(remove_exercise(Place(programme, journal, at), exercise))


@app.command()
def settings(
    rate: Annotated[int | None, typer.Option(metavar="WPM", help="Words per minute, 100 to 220.")] = None,
    volume: Annotated[float | None, typer.Option(metavar="DB", help="Louder or quieter, -18 to 12 dB.")] = None,
    counting: Annotated[Counting | None, typer.Option(help="How holds are counted.")] = None,
    voice: Annotated[
        str | None, typer.Option(metavar="NAME", help='One of this computer; "" is the best English one.')
    ] = None,
    programme: Programme = DEFAULT,
    journal: JournalFile = None,
    at: At = "",
) -> None:
    """How the coach speaks and counts; also changed by saying slower, faster, louder, quieter."""
    from voicecoach.plan_commands import Place, change_settings

    typer.echo(change_settings(Place(programme, journal, at), rate, volume, counting, voice))


@app.command()
def release(
    clinician: Annotated[str, typer.Option(metavar="NAME", help="Who has seen the person and allows the exercises.")],
    on: Annotated[str, typer.Option(metavar="DATE", help="On which day, as in 2026-03-02.")],
    journal: JournalFile = None,
    at: At = "",
) -> None:
    """A clinician allows the exercises again after they were locked."""
    from voicecoach.plan_commands import Place, release_exercises

    typer.echo(release_exercises(Place(DEFAULT, journal, at), clinician, on))
