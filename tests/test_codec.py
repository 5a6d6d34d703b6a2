"""Every message survives the way to JSON and back; anything else is refused."""

from __future__ import annotations

import inspect
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicecoach.core.codec import MESSAGE_TYPES, decode, decode_event, encode
from voicecoach.core.messages import Effect, Event, Heard, Hush, Listen, Source, Speak, SpeechKind

# NaN is left out only because it does not equal itself
st.register_type_strategy(float, st.floats(allow_nan=False))


def messages(name: str) -> st.SearchStrategy[Event | Effect]:
    """Messages of one type with every field drawn, those with a default too."""
    cls = MESSAGE_TYPES[name]
    return st.builds(cls, **dict.fromkeys(inspect.signature(cls).parameters, ...))


def heard(**changes: Any) -> dict[str, Any]:
    return {**encode(Heard(at_s=1.0, words="stop")), **changes}


@pytest.mark.parametrize("name", MESSAGE_TYPES)
def test_every_message_survives_json(name: str) -> None:
    @settings(max_examples=30)
    @given(messages(name))
    def round_trip(message: Event | Effect) -> None:
        body = encode(message)
        again = decode(json.loads(json.dumps(body)))
        assert again == message
        assert json.dumps(encode(again)) == json.dumps(body)  # 1, 1.0 and True are equal, but not the same
        assert body["type"] == name

    round_trip()


def test_what_is_written_is_plain() -> None:
    assert encode(Hush()) == {"type": "Hush"}
    assert encode(Listen("pain", ("yes", "no"))) == {"type": "Listen", "question": "pain", "phrases": ["yes", "no"]}
    assert type(encode(Speak(1, "one", kind=SpeechKind.COUNT))["kind"]) is str


def test_fields_with_a_default_may_be_left_out() -> None:
    assert decode({"type": "Heard", "at_s": 2, "words": "yes"}) == Heard(at_s=2.0, words="yes", source=Source.VOICE)


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ({}, "no message is called None"),
        ({"type": "Sung"}, "no message is called 'Sung'"),
        ({"type": ["Heard"]}, "no message is called"),
        (heard(pitch=1), "Heard has no field pitch"),
        ({"type": "Heard", "words": "stop"}, "Heard needs at_s"),
        (heard(words=None), "Heard.words must be str"),
        (heard(at_s="1.0"), "Heard.at_s must be float"),
        (heard(at_s=True), "Heard.at_s must be float"),
        (heard(final=1), "Heard.final must be bool"),
        (heard(source="rumour"), "'rumour' is not a valid Source"),
        ({"type": "TimerFired", "at_s": 1.0, "id": 1.0}, "TimerFired.id must be int"),
        ({"type": "TimerFired", "at_s": 1.0, "id": True}, "TimerFired.id must be int"),
        ({"type": "Listen", "question": "pain", "phrases": "yes"}, "Listen.phrases must be a list"),
        ({"type": "Listen", "question": "pain", "phrases": [1]}, "Listen.phrases must be str"),
    ],
)
def test_what_is_not_a_message_is_refused(body: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint.replace("[", r"\[")):
        decode(body)


def test_an_effect_is_no_event() -> None:
    with pytest.raises(ValueError, match="Hush is not an event"):
        decode_event({"type": "Hush"})
