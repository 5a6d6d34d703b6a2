"""The recipe's tables: who is trained on is never tested on."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

import _model_sounds as bench

from models.training import synthesis
from models.training.tables import (
    TEST,
    TRAIN,
    Utterance,
    human_utterances,
    noise_recordings,
    read_table,
    write_table,
)


@pytest.fixture(scope="module")
def people(shared_dir: Path) -> list[Utterance]:
    return list(human_utterances(shared_dir / "audio"))


def test_speakers_are_trained_on_or_tested_with_but_never_both(people: list[Utterance]) -> None:
    speakers = {split: {u.speaker for u in people if u.split == split} for split in (TRAIN, TEST)}
    assert len(speakers[TRAIN]) > 200 and len(speakers[TEST]) > 60
    assert not speakers[TRAIN] & speakers[TEST]


def test_recordings_are_in_one_split_only(people: list[Utterance]) -> None:
    paths = [utterance.path for utterance in people]
    assert len(paths) == len(set(paths))
    assert {utterance.split for utterance in people} == {TRAIN, TEST}


def test_what_is_not_for_the_coach_is_only_tested_with(people: list[Utterance]) -> None:
    assert {u.split for u in people if u.source == "wake"} == {TEST}


def test_the_bench_plays_nobody_who_is_trained_on(people: list[Utterance], shared_dir: Path) -> None:
    trained = {utterance.speaker for utterance in people if utterance.split == TRAIN}
    audio = shared_dir / "audio"
    played = {f"sc_{clip.who}" for clip in bench.command_clips(audio, 9)}
    played |= {f"ccc_{clip.who}" for clip in bench.british_words(audio, 40)}
    played |= {f"so_{clip.who}" for clip in bench.read_sentences(audio, 9)}
    assert len(played) > 20
    assert not played & trained


def test_noise_is_trained_on_or_tested_with(shared_dir: Path) -> None:
    audio = shared_dir / "audio"
    splits = [{path for path, _ in noise_recordings(audio, split)} for split in (TRAIN, TEST)]
    assert all(splits) and not splits[0] & splits[1]
    assert {clip.who for clip in bench.noises(audio)} == {path.stem for path in splits[1]}


def test_the_benchs_voices_are_not_among_the_trainings() -> None:
    variants = {re.sub(r".*\+", "", voice) for engine, voice in bench.VOICES.values() if engine == "espeak-ng"}
    others = {voice for engine, voice in bench.VOICES.values() if engine != "espeak-ng"}
    assert variants == set(synthesis.HELD_OUT_VARIANTS)
    assert not variants & set(synthesis.VARIANTS)
    assert not others & set(synthesis.FLITE_VOICES)


def test_a_table_comes_back_as_it_was(tmp_path: Path) -> None:
    table = [
        Utterance("a/b.flac", "commands", "sc_1", TRAIN, "stop"),
        Utterance("c.opus", "read", "so_2", TEST, "go on"),
    ]
    assert write_table(tmp_path / "deep/table.tsv", table) == 2
    assert read_table(tmp_path / "deep/table.tsv") == table


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).parents[1]
    command = [sys.executable, "-m", "models.training", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


def test_a_stage_without_recordings_says_what_to_do(tmp_path: Path) -> None:
    result = _run("tables", "--shared", str(tmp_path / "nothing"), "--work", str(tmp_path))
    assert result.returncode == 1
    assert "give the shared folder with --shared" in result.stderr and "Traceback" not in result.stderr


def test_a_stage_is_one_command(tmp_path: Path, shared_dir: Path) -> None:
    result = _run("tables", "--shared", str(shared_dir), "--work", str(tmp_path))
    assert result.returncode == 0, result.stderr
    assert len(read_table(tmp_path / "tables" / "human.tsv")) > 8000
    assert "commands train: 2545 recordings" in result.stdout
