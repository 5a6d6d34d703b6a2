"""The official Vosk models that can be had, and which model is in use."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from voicecoach.hearing.model import ModelError, check_model, embedded_model

_CHOICE = "chosen"


@dataclass(frozen=True, slots=True)
class OfficialModel:
    """One entry of models/registry.toml. Without a known `sha256` only the structure of what comes can be checked."""

    name: str
    language: str
    url: str
    licence: str
    sha256: str | None = None
    size_bytes: int | None = None


def registry_file() -> Path:
    """models/registry.toml, in an installed package or a checkout."""
    return embedded_model().with_name("registry.toml")


def read_registry(path: Path | None = None) -> dict[str, OfficialModel]:
    """The official models by name. Raises ModelError when the list is missing or is not as expected."""
    path = path or registry_file()
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        return {name: OfficialModel(name=name, **table) for name, table in tables.items()}
    except (OSError, tomllib.TOMLDecodeError, TypeError) as error:
        raise ModelError(f"The list of models {path} cannot be read ({error}): install voicecoach again.") from error


def official_model(name: str, registry: dict[str, OfficialModel]) -> OfficialModel:
    """Raises ModelError, with the names there are."""
    if name not in registry:
        raise ModelError(f'There is no model "{name}": choose one of {", ".join(registry)}.')
    return registry[name]


def models_folder() -> Path:
    """Where downloaded models are kept."""
    folder = os.environ.get("VOICECOACH_DATA_DIR")
    return (Path(folder) if folder else platformdirs.user_data_path("voicecoach", appauthor=False)) / "models"


def installed_models(folder: Path | None = None) -> list[Path]:
    """The model directories that were downloaded, sorted by name."""
    folder = folder or models_folder()
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))


def chosen_model(folder: Path | None = None, tell: Callable[[str], None] = lambda _sentence: None) -> Path:
    """The model to hear with: the chosen one while it is there and whole, else the coach's own; `tell` is told why."""
    choice = (folder or models_folder()) / _CHOICE
    try:
        return check_model(Path(choice.read_text(encoding="utf-8").strip())).path
    except FileNotFoundError:  # nothing was chosen
        return embedded_model()
    except (OSError, UnicodeDecodeError) as error:
        tell(f"Which model was chosen can't be read ({error}). I hear with my own.")
    except ModelError as error:
        tell(f"{error} Until then I hear with my own.")
    return embedded_model()


def choose_model(name: str, folder: Path | None = None) -> Path:
    """Hear with this model from now on: coach-en, a downloaded one, or any model's folder. Raises ModelError."""
    folder = folder or models_folder()
    own = embedded_model()
    if name == own.name:
        path = own
    else:
        path = folder / name if (folder / name).is_dir() else Path(name).absolute()
        check_model(path)
    choice = folder / _CHOICE
    if path == own:
        choice.unlink(missing_ok=True)
        return own
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f".{_CHOICE}.part"
    unfinished.write_text(f"{path}\n", encoding="utf-8")
    unfinished.replace(choice)
    return path
