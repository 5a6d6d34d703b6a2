"""How the hearing bench mixes, times and counts, and that its ears are what they are said to be."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

import _hearing_ears as ears
import _hearing_people as people
import _hearing_report as reporting
import _hearing_scenes as scenes
import _hearing_scores as scores
import _hearing_sounds as sounds
from _hearing_jobs import SIZES, Job
from _model_scores import Rate, Share
from _model_sounds import RATE_HZ, speech_level

from tests.hearing_clips import SPOKEN, STOP, clip
from voicecoach.core.masking import SpokenMemory
from voicecoach.core.messages import Heard
from voicecoach.explain import baseline_of
from voicecoach.hear import FileListener, Judge, Observation
from voicecoach.hearing.listener import STEADY_SAMPLES
from voicecoach.hearing.model import embedded_model
from voicecoach.languages import language

BASELINE = "left calf five"
NOWHERE = Path("no recordings are needed")
STOP_SOUND = sounds.as_float(clip(STOP))


def said_stop() -> people.Utterance:
    return people.single_word(STOP_SOUND, SPOKEN[STOP.stem], "stop", "somebody", "performing")


def utterance(text: str, word_s: float = 0.3, question: str = "performing") -> people.Utterance:
    """Something that sounds for as long as its words take."""
    words = text.split()
    samples = round(word_s * RATE_HZ)
    tone = np.sin(np.arange(samples * len(words)) * 0.2) * 0.05
    placed = (people.Word(word, samples * n, samples * (n + 1)) for n, word in enumerate(words))
    return people.Utterance(tone, tuple(placed), "somebody", question)


# --- mixing ---


@given(st.floats(-60, 0), st.floats(-10, 40), st.integers(0, 5))
def test_noise_is_as_far_below_speech_as_asked_for(level_dbfs: float, snr_db: float, seed: int) -> None:
    level = sounds.decibels(level_dbfs)
    noise = sounds.beside(sounds.pink(4000, np.random.default_rng(seed)), level, snr_db)
    assert 20 * np.log10(level / sounds.rms(noise)) == pytest.approx(snr_db, abs=0.01)


def test_speech_is_brought_to_the_level_asked_for() -> None:
    assert 20 * np.log10(speech_level(sounds.at_level(STOP_SOUND, -26.0))) == pytest.approx(-26, abs=0.01)


@given(st.integers(1, 300), st.integers(1, 80), st.integers(0, 5))
def test_a_room_adds_up_what_each_sample_answers(count: int, answers: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    sound, response = random.normal(size=count), random.normal(size=answers)
    assert np.allclose(sounds.through(sound, response), np.convolve(sound, response))


def test_a_mouth_in_the_mat_loses_what_is_high() -> None:
    low, high = (np.sin(2 * np.pi * hz * np.arange(RATE_HZ) / RATE_HZ) for hz in (200, 4000))
    assert sounds.rms(sounds.face_down(low)) / sounds.rms(low) == pytest.approx(0.96, abs=0.02)
    assert sounds.rms(sounds.face_down(high)) / sounds.rms(high) == pytest.approx(1 / 17, rel=0.05)


def test_a_clip_fades_in_and_out_and_keeps_its_middle() -> None:
    faded = sounds.faded(np.ones(2000))
    assert (faded[0], faded[1000]) == (0, 1) and faded[-1] < 0.01


def test_the_coachs_voice_arrives_as_loud_as_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scenes, "loudspeaker_response", lambda: np.array([0.0, 0.0, 0.3, 0.1]))
    played = sounds.pink(RATE_HZ, np.random.default_rng(1)) * sounds.decibels(scenes.PLAYED_DBFS)
    arriving = sounds.through(played, scenes.scaled_echo(0.01))
    assert sounds.rms(arriving) == pytest.approx(0.01, rel=0.2)


# --- scenes ---


def test_a_scene_is_always_alike_and_holds_its_utterances_where_it_says() -> None:
    said = [said_stop(), said_stop()]
    first, again = (scenes.stage(said, scenes.CONDITIONS[0], NOWHERE, seed=3) for _ in range(2))
    assert np.array_equal(first.sound, again.sound)
    for placed in first.placed:
        word = first.speech[placed.start : placed.end]
        assert np.array_equal(word, said[0].sound[said[0].words[0].start : said[0].words[0].end])
    gap_s = (first.placed[1].start - first.placed[0].end) / RATE_HZ
    assert gap_s > 1.6, "long enough for the last result of the one before"


def test_conditions_have_names_of_their_own_and_the_goals_are_among_them() -> None:
    names = [condition.name for condition in scenes.CONDITIONS]
    assert len(set(names)) == len(names) == 16
    assert {scenes.GOAL, scenes.QUIET_ROOM, scenes.COACH_GOAL, *scenes.MAIN, *scenes.PIPELINE} <= set(names)


def test_a_hushed_coach_is_silent_and_goes_on_with_its_next_line() -> None:
    memory = SpokenMemory()
    reading = scenes.Reading([("one", np.full(8000, 0.1)), ("two", np.full(8000, 0.1))], memory)
    assert reading.render(0, 320).any()
    reading.hush(320)
    hushed = round(scenes.HUSHED_S * RATE_HZ)
    assert not reading.render(320, 320).any()
    assert reading.render(320 + hushed, 320).any()
    assert [line.words for line in memory.lines] == [{"one"}, {"two"}]


def test_a_line_that_was_read_is_told_to_the_memory_of_what_is_said() -> None:
    memory = SpokenMemory()
    reading = scenes.Reading([("one", np.full(500, 0.1))], memory)
    for at in (0, 320):
        reading.render(at, 320)
    assert memory.lines[0].end_s == pytest.approx(640 / RATE_HZ)
    assert not reading.render(640, 320).any(), "it breathes between lines"


# --- what is right ---


def placed(text: str, question: str = "performing") -> scenes.Placed:
    return scenes.Placed(utterance(text, question=question), RATE_HZ)


@pytest.mark.parametrize(
    ("text", "alarm_word", "harmless", "rule"),
    [
        ("stop", 0, False, "STOP-WORD"),
        ("it's worse in my leg", 1, False, "LEG-WORSE"),
        ("it hurts less", None, False, "SAME-OR-BETTER"),
        ("it's better", None, True, "SAME-OR-BETTER"),
        ("cat", None, True, None),
    ],
)
def test_the_truth_of_an_utterance(text: str, alarm_word: int | None, harmless: bool, rule: str | None) -> None:
    one = placed(text)
    truth = scores.truth_of(one, BASELINE)
    assert (truth.harmless, truth.rule) == (harmless, rule)
    assert truth.alarm == (None if alarm_word is None else one.words[alarm_word].end)


def judged(one: scenes.Placed, *heard: Heard) -> scores.Tally:
    judge = Judge(language(), one.utterance.question, baseline_of(BASELINE))
    seen = [observation for event in heard for observation in judge.see(event)]
    return scores.counted([one], seen, BASELINE)


def test_a_stop_that_is_heard_counts_everywhere() -> None:
    one = placed("stop")  # from 1.0 to 1.3 s
    tally = judged(one, Heard(1.4, "stop", final=False), Heard(1.7, "stop"))
    assert all(share.hits == share.total == 1 for share in (tally.right, tally.hushed, tally.decided, tally.careful))
    assert tally.hush_ms == pytest.approx([100])
    assert tally.decision_ms == pytest.approx([400])
    assert not tally.misses and tally.cut.hits == 0 and tally.startled.total == 0


def test_what_is_taken_for_something_else_is_wrong_and_shown() -> None:
    tally = judged(placed("stop"), Heard(1.7, "skip"))
    assert (tally.right.hits, tally.wrong.hits, tally.rejected.hits, tally.hushed.hits) == (0, 1, 0, 1)
    assert (tally.decided.hits, tally.careful.hits) == (0, 0)
    assert tally.misses == ["somebody: stop > hush skip | final skip"]


def test_a_graver_decision_is_careful_enough_but_not_right() -> None:
    tally = judged(placed("my back is worse"), Heard(2.5, "my leg is worse"))
    assert (tally.decided.hits, tally.careful.hits) == (0, 1)


def test_silence_is_a_rejection() -> None:
    tally = judged(placed("stop"))
    assert (tally.right.hits, tally.wrong.hits, tally.rejected.hits, tally.rejected.total) == (0, 0, 1, 1)


def test_a_word_that_means_nothing_must_not_be_taken_for_anything() -> None:
    rejected, taken = judged(placed("cat"), Heard(1.7, "[unk]")), judged(placed("cat"), Heard(1.7, "stop"))
    assert (rejected.accepted.hits, taken.accepted.hits) == (0, 1)
    assert (rejected.right.total, taken.startled.hits) == (0, 1)


def test_two_results_for_one_sentence_are_not_right_and_the_first_cut_it() -> None:
    tally = judged(placed("it's worse in my leg"), Heard(1.7, "it's worse"), Heard(2.8, "my leg"))
    assert (tally.right.hits, tally.cut.hits) == (0, 1)


def test_observations_belong_to_the_utterance_that_began_last() -> None:
    first, second = placed("stop"), scenes.Placed(utterance("go"), 5 * RATE_HZ)
    seen = [Observation("", at_s, "final", "x") for at_s in (0.5, 1.2, 4.9, 5.1)]
    parts = {one.utterance.text: [each.at_s for each in its] for one, its in scores.by_utterance([first, second], seen)}
    assert parts == {"stop": [1.2, 4.9], "go": [5.1]}


def test_tallies_add_up_and_survive_being_stored() -> None:
    from dataclasses import asdict

    one = judged(placed("stop"), Heard(1.4, "stop", final=False), Heard(1.7, "stop"))
    other = judged(placed("stop"))
    other.add(scores.tally_from(asdict(one)))
    assert (other.right.hits, other.right.total, other.hush_ms) == (1, 2, one.hush_ms)


def test_false_alarms_are_counted_per_hour() -> None:
    judge = Judge(language(), "performing", baseline_of(BASELINE))
    alarms = scores.Alarms()
    for event in (Heard(1.0, "stop", final=False), Heard(2.0, "louder"), Heard(9.0, "stop"), Heard(20.0, "[unk]")):
        alarms.count(0.125, judge.see(event))
    # "louder" hushes, too, and "stop" without a partial before
    assert (alarms.hours, alarms.hushes, alarms.decisions, alarms.stops) == (0.5, 2, 2, 1)
    assert str(alarms.rate(alarms.stops)).startswith("2.0")


# --- the ears ---


def test_a_recogniser_without_a_process_hears_what_the_process_hears() -> None:
    scene = scenes.stage([said_stop()], scenes.CONDITIONS[0], NOWHERE, seed=1)
    with FileListener(embedded_model(), language(), "performing", baseline_of(BASELINE)) as listener:
        real = ears.play(scene, listener, ())
    assert [one.kind for one in real] == ["partial", "hush", "final"]
    assert ears.hear(ears.COACH, embedded_model(), scene, "performing", ()) == real


@pytest.mark.parametrize(("ear", "words"), [(ears.IDEAL, "the zebra hurts"), (ears.GRAMMAR, "[unk] hurts")])
def test_an_ideal_recogniser_hears_what_was_said(ear: str, words: str) -> None:
    scene = scenes.stage([utterance("the zebra hurts")], scenes.CONDITIONS[0], NOWHERE, seed=1)
    seen = ears.hear(ear, embedded_model(), scene, "performing", ())
    final = seen[-1]
    assert final.kind == "final" and final.words.endswith(words)
    end_s = scene.placed[0].end / RATE_HZ
    hush = next(one for one in seen if one.kind == "hush")
    assert end_s <= hush.at_s - STEADY_SAMPLES / RATE_HZ <= end_s + 0.05
    assert 0.2 < final.at_s - end_s < 1.6


def test_an_ideal_recogniser_does_not_hear_what_is_taken_out_of_the_sound() -> None:
    scene = scenes.stage([utterance("stop")], scenes.CONDITIONS[0], NOWHERE, seed=1)
    without = scenes.Scene(scene.placed, scene.speech, scene.sound - scene.speech)
    assert ears.hear(ears.IDEAL, embedded_model(), without, "performing", ()) == []


def test_plain_vosk_hears_a_stop_later() -> None:
    scene = scenes.stage([said_stop()], scenes.CONDITIONS[0], NOWHERE, seed=1)
    ours, plain = (ears.hear(ear, embedded_model(), scene, "performing", ())[-1] for ear in (ears.COACH, ears.VOSK))
    assert (plain.kind, plain.rule) == ("final", "STOP-WORD")
    assert plain.at_s > ours.at_s


# --- what is played, and the report ---


def test_two_hundred_sentences_of_the_table_are_always_the_same() -> None:
    table = Path(__file__).parent / "data" / "pain_language.tsv"
    chosen = people.sentences(table, 200)
    assert len(set(chosen)) == 200 and chosen == people.sentences(table, 200)
    assert sum(one.question == "performing" for one in chosen) == 150
    assert set(people.sentences(table, 20)) <= set(chosen)


def test_ten_patients_of_two_engines_and_none_of_them_the_coach() -> None:
    assert len(people.PATIENTS) >= 10
    assert len({engine for engine, _ in people.PATIENTS.values()}) >= 2
    assert "en-us" not in {voice for _, voice in people.PATIENTS.values()}


def test_a_recording_that_cuts_its_word_is_left_out() -> None:
    assert people.whole_word(STOP_SOUND) is not None
    first, last = SPOKEN[STOP.stem]
    assert people.whole_word(STOP_SOUND[(first + last) // 2 :]) is None


def test_every_job_has_a_file_and_ears_share_their_scenes() -> None:
    jobs = [Job("full", "m", condition.name, ear) for condition in scenes.CONDITIONS for ear in (ears.COACH, ears.VOSK)]
    assert len({job.key for job in jobs}) == len(jobs)
    assert all(letter.isalnum() or letter in "_+-" for job in jobs for letter in job.key)
    assert jobs[0].seed == jobs[1].seed != jobs[2].seed
    assert all(set(size.every) == set(size.conditions) for size in SIZES.values())


def test_the_report_judges_goals_and_leaves_out_what_was_not_played() -> None:
    report = reporting.Report({"seed": "4"})
    assert report.goals() == []
    tally = scores.Tally(hushed=Share(99, 100), decided=Share(90, 100), hush_ms=[100.0, 500.0], decision_ms=[300.0])
    report.words[reporting.PEOPLE, scenes.GOAL, ears.COACH] = tally
    reached = {goal: verdict for goal, _, verdict in report.goals()}
    assert list(reached.values()) == ["yes", "no", "no", "no", "yes"]
    assert "| room, 2 m, noise 10 dB | coach |" in report.markdown()
    assert report.as_json()["words"][0]["hushed"]["hits"] == 99
    assert str(Rate(0, 0)) == "-"
