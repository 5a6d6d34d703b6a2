"""The command line: reads what is wanted, calls what does it, and turns every failure into one clear sentence."""

from __future__ import annotations

import json
import sys
import traceback
from pathlib import Path
from typing import Annotated

import typer

from voicecoach import __version__
from voicecoach.doctor_cli import doctor
from voicecoach.errors import CoachError
from voicecoach.journal_cli import app as journal_app
from voicecoach.model_cli import app as model_app
from voicecoach.paths import log_file
from voicecoach.plan_cli import app as plan_app

EXIT_FAILED, EXIT_INTERRUPTED, EXIT_UNEXPECTED = 1, 130, 70

app = typer.Typer(
    name="voicecoach",
    help="A physiotherapy coach you talk to with your eyes closed. Everything stays on this computer.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

ProgrammeName = Annotated[str, typer.Argument(metavar="PROGRAMME", help="The name of a programme, or a TOML file.")]
PatientFile = Annotated[Path | None, typer.Option("--patient", metavar="FILE", help="What the patient says (TOML).")]
WavFile = Annotated[Path | None, typer.Option("--wav", metavar="OUT", help="Write what would be heard to this file.")]
Plain = Annotated[
    bool, typer.Option("--audio-only", help="Nothing has to be seen: all is spoken, plain lines on screen.")
]
Microphone = Annotated[str | None, typer.Option(metavar="NAME", help="Which microphone (see `voicecoach devices`).")]
Loudspeaker = Annotated[str | None, typer.Option(metavar="NAME", help="Which loudspeaker.")]
app.add_typer(model_app, name="model")
app.add_typer(plan_app, name="plan")
app.add_typer(journal_app)
app.command()(doctor)
DEFAULT_PROGRAMME = "herniated_disc"


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"voicecoach {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which.")] = False,
) -> None:
    del version


@app.command()
def session(
    programme: ProgrammeName = DEFAULT_PROGRAMME,
    typed: Annotated[bool, typer.Option("--typed", help="The keyboard instead of the microphone.")] = False,
    audio_only: Plain = False,
    model: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Another Vosk model to hear with.")] = None,
    microphone: Microphone = None,
    loudspeaker: Loudspeaker = None,
    headset: Annotated[bool, typer.Option("--headset", help="The microphone can't hear the loudspeaker.")] = False,
    simulate: Annotated[bool, typer.Option("--simulate", help="No devices: a simulated patient answers.")] = False,
    patient: PatientFile = None,
    wav: WavFile = None,
) -> None:
    """Do the exercises. Without a sound device a simulated patient does them."""
    from voicecoach.play import Wanted, play_session

    play_session(
        Wanted(
            programme=programme,
            typed=typed,
            audio_only=audio_only,
            model=model,
            microphone=microphone,
            loudspeaker=loudspeaker,
            headset=headset,
            simulate=simulate,
            patient=patient,
            wav=wav,
        )
    )


@app.command()
def rehearse(
    programme: ProgrammeName,
    patient: PatientFile = None,
    wav: WavFile = None,
    aloud: Annotated[bool, typer.Option("--aloud", help="Play it, in real time.")] = False,
    loudspeaker: Loudspeaker = None,
    on: Annotated[str, typer.Option(metavar="WHEN", help='When it is: 2026-03-02 or "2026-03-02 18:30".')] = "",
    journal: Annotated[Path | None, typer.Option(metavar="FILE", help="A journal of rehearsals: it remembers.")] = None,
    cut_off: Annotated[str, typer.Option(metavar="PLACE", help='Break off there, as in "hold 2 of press-up".')] = "",
) -> None:
    """Rehearse with a scripted patient, in virtual time: the transcript with times, decisions and rule ids."""
    from voicecoach.moments import moment_of
    from voicecoach.rehearse import Wanted, play_rehearsal

    when = moment_of(on, "--on") if on else None
    play_rehearsal(Wanted(programme, patient, wav, aloud, loudspeaker, when, journal, cut_off))


@app.command()
def check(file: Annotated[str, typer.Argument(metavar="FILE", help="A programme file (TOML).")]) -> None:
    """Check a programme file: every mistake with its line, what is wrong and what is allowed."""
    from voicecoach.programmes import load

    programme = load(file)
    minutes = sum(exercise.set.duration_s() for exercise in programme.exercises) / 60
    exercises = ", ".join(exercise.name for exercise in programme.exercises)
    typer.echo(f"{file}: good. {programme.title}: {exercises}. The exercises alone take about {minutes:.0f} minutes.")


@app.command()
def understand(
    words: Annotated[str, typer.Argument(metavar="WORDS", help="What somebody says.")],
    baseline: Annotated[str, typer.Option(metavar="WORDS", help='The pain before, as in "left calf five".')] = "",
    asked: Annotated[str, typer.Option(metavar="QUESTION", help="The question that is open.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """What the coach makes of a sentence: what it understood, which rule decides, why, and what it would say."""
    from voicecoach.explain import explain

    explanation = explain(words, baseline, asked)
    typer.echo(json.dumps(explanation.as_json()) if as_json else explanation.as_text())


@app.command()
def rules() -> None:
    """The rule table as a page (Markdown) that a clinician can check and sign."""
    from voicecoach.rules_page import rules_page

    typer.echo(rules_page())


@app.command()
def hear(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Recordings (WAV, FLAC, Ogg, MP3).")],
    listen: Annotated[str, typer.Option(metavar="QUESTION", help="The question that is open.")] = "performing",
    baseline: Annotated[str, typer.Option(metavar="WORDS", help='The pain before, as in "left calf five".')] = "",
    model: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Another Vosk model to hear with.")] = None,
    played: Annotated[Path | None, typer.Option(metavar="FILE", help="What the coach played meanwhile.")] = None,
    saying: Annotated[
        str, typer.Option(metavar="WORDS", help="What it said in that: masked where it may be echo.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """What the coach hears in recordings: each partial and final result, what hushes and what is decided."""
    from voicecoach.hear import hear_files

    for observation in hear_files(files, listen, baseline, model, played, saying):
        typer.echo(json.dumps(observation.as_dict()) if as_json else f"{observation.file} {observation.as_text()}")


@app.command()
def devices() -> None:
    """List microphones and loudspeakers."""
    from voicecoach.audio import list_devices

    found = list_devices()
    for device in found:
        uses = [f"microphone{' (default)' if device.default_microphone else ''}"] if device.inputs else []
        uses += [f"loudspeaker{' (default)' if device.default_loudspeaker else ''}"] if device.outputs else []
        typer.echo(f"{device.index:3} {device.name} [{device.host_api}]: {', '.join(uses)}")
    if not found:
        typer.echo("There is no sound device.")


def main() -> None:
    """Run the command line. Nobody ever sees a traceback: its place is the log file."""
    try:
        app()
    except CoachError as error:
        _fail(str(error), EXIT_FAILED)
    except KeyboardInterrupt:
        _fail("Ended.", EXIT_INTERRUPTED)
    except Exception as error:  # the last resort at the outermost edge
        _fail(_unexpected(error), EXIT_UNEXPECTED)


def _fail(sentence: str, code: int) -> None:
    typer.echo(f"voicecoach: {sentence}", err=True)
    sys.exit(code)


def _unexpected(error: Exception) -> str:
    path = log_file()
    sentence = f"Something went wrong that should not have ({type(error).__name__}: {error})."
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    except OSError:
        return f"{sentence} Start the coach again."
    return f"{sentence} The details are in {path}. Start the coach again."
