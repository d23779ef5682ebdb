"""What Mistral accepts."""

import re

import pytest

from pollinations.testing.conversations import asked, assistant, result, step, system, user

DONE = assistant("Done.")
ID = "a23456789"


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ([step(ID), result(ID), user()], [step(ID), result(ID), DONE, user()]),
        ([step(ID), result(ID), assistant(), user()], [step(ID), result(ID), assistant(), user()]),
        ([step(ID), user(), result(ID)], [step(ID), result(ID), DONE, user()]),
        ([step(ID), result(ID)], [step(ID), result(ID)]),
        ([step(ID), result(ID), system(), user()], [step(ID), result(ID), system(), user()]),
        ([user(), user()], [user(), user()]),
    ],
)
def test_the_model_speaks_between_a_tool_and_the_user(sanitized, messages, expected) -> None:
    """A turn is put in where there is none."""
    assert sanitized("enter/mistral", asked(*messages)).request.messages == expected


@pytest.mark.parametrize("name", ["enter/mistralai/mistral-small-4", "free/mistral"])
@pytest.mark.parametrize("call_id", ["call_1", "", "a2345678", "a234567890", "a2345678_"])
def test_identifiers_have_nine_letters_and_digits(sanitized, name, call_id) -> None:
    """The same for a call and its result."""
    sent = sanitized(name, asked(step(call_id), result(call_id))).request.messages
    assert sent[0]["tool_calls"][0]["id"] == sent[1]["tool_call_id"]
    assert re.fullmatch("[a-zA-Z0-9]{9}", sent[1]["tool_call_id"])
