"""`voicecoach model`: which speech model hears, and others that can be had."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from voicecoach.errors import CoachError

app = typer.Typer(name="model", help="The speech model that hears you, and others.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="A model's name (see `voicecoach model list`).")]


@app.command(name="list")
def list_models() -> None:
    """The official models that can be had, and which one is in use."""
    from voicecoach.hearing.model import embedded_model
    from voicecoach.hearing.registry import chosen_model, installed_models, models_folder, read_registry

    used, here = chosen_model(), {path.name for path in installed_models()}
    own = embedded_model()
    typer.echo(f"{_mark(used == own)} {own.name}: English, the coach's own, Apache-2.0, comes with it")
    for model in read_registry().values():
        size = f"{model.size_bytes / 1e6:.0f} MB to download" if model.size_bytes else "to download"
        checked = "" if model.sha256 else ", no checksum known"
        state = "downloaded" if model.name in here else size
        mark = _mark(used == models_folder() / model.name)
        typer.echo(f"{mark} {model.name}: {model.language}, {model.licence}, {state}{checked}")
    if used != own and used.parent != models_folder():
        typer.echo(f"* {used}")


@app.command()
def get(name: Name) -> None:
    """Download a model; a download that broke off goes on."""
    from voicecoach.hearing.model_install import install
    from voicecoach.hearing.registry import official_model, read_registry

    model = official_model(name, read_registry())
    if model.sha256 is None:
        typer.echo(f"No checksum of {name} is known: only its structure is checked.")
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, transient=True) as bar:
        task = bar.add_task(name, total=model.size_bytes)
        place = install(model, lambda done, total: bar.update(task, completed=done, total=total))
    typer.echo(f"{name} is in {place}. Check it with `voicecoach model check {name}`, then use it.")


@app.command()
def use(name: Name) -> None:
    """Hear with this model from now on; coach-en is the coach's own."""
    from voicecoach.hearing.registry import choose_model

    typer.echo(f"From now on the coach hears with {choose_model(name)}.")


@app.command()
def check(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="A model's name or folder.")] = "coach-en",
) -> None:
    """The coach's own test of a model, beside that of the coach's own model."""
    from voicecoach.hearing.model import embedded_model
    from voicecoach.hearing.model_check import check as check_one
    from voicecoach.hearing.model_check import comparison
    from voicecoach.hearing.registry import models_folder

    own = embedded_model()
    downloaded = models_folder() / model
    path = own if model == own.name else downloaded if downloaded.is_dir() else Path(model)
    report = check_one(path)
    typer.echo(comparison([report] if path == own else [report, check_one(own)]))
    if report.missing:
        raise CoachError(
            f"{report.name} does not know: {', '.join(report.missing)}. What is said with them is not heard."
        )
    if not report.good:
        raise CoachError(f"{report.name} misheard recorded people: choose another model.")


def _mark(used: bool) -> str:
    return "*" if used else " "
