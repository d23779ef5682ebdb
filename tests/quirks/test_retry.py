"""What a rejected request is sent as once more."""

import pytest

from pollinations.chat.request import Sanitized
from pollinations.errors import UpstreamFailed
from pollinations.quirks import reasoning, signatures
from pollinations.quirks.retry import mended
from pollinations.quirks.signatures import SKIP
from pollinations.testing.conversations import asked, call, result, step, tool


def rejected(message: str, status: int = 400, **fields) -> UpstreamFailed:
    """How an upstream rejects a request."""
    return UpstreamFailed("reply", status, message, **fields)


KIMI = Sanitized(
    asked(model="kimi", temperature=1, frequency_penalty=1.1, stop=["x"], private=True),
    ("all.private", "kimi.repetition"),
    ("private", "frequency_penalty", "stop"),
)


@pytest.mark.parametrize(
    ("failure", "removed"),
    [
        (rejected("Unsupported parameter: 'stop' is not supported."), ["stop"]),
        (rejected("Unknown parameter: stop"), ["stop"]),
        (rejected("No.", param="stop"), ["stop"]),
        (rejected("Bad.", body={"error": {"details": [{"path": ["stop"]}]}}), ["stop"]),
        (rejected("Bad.", body={"error": {"message": 'Invalid "stop"'}}), ["stop"]),
        (rejected("Bad.", body={"error": "`stop` is unknown", "code": "\ud800"}), ["stop"]),
        (rejected("frequency_penalty must be 0"), ["frequency_penalty"]),
        (rejected("'stop' and 'frequency_penalty' no"), ["frequency_penalty", "stop"]),
    ],
)
def test_a_parameter_that_we_added_is_taken_out(failure, removed) -> None:
    """When the upstream names it."""
    again = mended(KIMI, failure)
    assert again is not None
    assert again.request == KIMI.request.without(*removed)
    assert again.changes == (*KIMI.changes, *(f"retry.without-{name}" for name in removed))
    assert not set(removed).intersection(again.added)


@pytest.mark.parametrize(
    ("message", "name"),
    [
        ("Unrecognized request argument supplied: private", "private"),
        ("Unrecognized request arguments supplied: seed, private", "private"),
        ("private: Extra inputs are not permitted", "private"),
        ("1 validation error for Chat\nprivate\n  Extra inputs are not permitted", "private"),
        ("Malformed input request: #: extraneous key [private] is not permitted", "private"),
        ("Argument not supported on this model: stop", "stop"),
        ("Bad request. Stop sequences are not supported.", "stop"),
        ("grok-4.5 doesn't support stop.", "stop"),
        ("This model cannot currently accept stop sequences", "stop"),
        ("Invalid input: stop", "stop"),
    ],
)
def test_its_plain_name_will_do_beside_a_complaint(message, name) -> None:
    """As providers word it, each in its own way."""
    again = mended(KIMI, rejected(message))
    assert again is not None
    assert again.request == KIMI.request.without(name)


@pytest.mark.parametrize(
    "failure",
    [
        rejected("Something else."),
        rejected("The image is in a private repository."),
        rejected("This request was invalid. Is the image in a private repository?"),
        rejected("The file is private. It has an unsupported format!"),
        rejected("Bad.", body={"error": "It is private.", "code": "unsupported"}),
        rejected("Unsupported privateer, nonstop and stop_words"),
        rejected("Please stop it: a private matter."),
        rejected("'temperature' is not supported."),
        rejected("my_frequency_penalty"),
        rejected("'stop' is not supported.", 422),
        rejected("'stop' is not supported.", 502),
        rejected("'stop' is not supported.", 500),
    ],
)
def test_nothing_else_is_tried_again(failure) -> None:
    """What the client said, other statuses, and words that mean something else."""
    assert mended(KIMI, failure) is None


@pytest.mark.parametrize("depth", [300, 100_000])
def test_an_error_may_be_nested(depth) -> None:
    """Deeper than orjson writes, or than anybody does: then its message has to do."""
    details: list[object] = []
    for _ in range(depth):
        details = [details]
    failure = rejected("Unknown parameter: stop", body={"error": {"details": details}})
    assert mended(KIMI, failure) is not None


def test_a_parameter_may_be_called_anything() -> None:
    """A third party's rule adds what it likes."""
    odd = Sanitized(asked(**{"c++": 1, "a_(b": 1}), (), ("c++", "a_(b"))
    assert mended(odd, rejected("Something else.")) is None
    again = mended(odd, rejected("'c++' and a_(b are unknown."))
    assert again is not None
    assert again.added == ()


REMEDIES = (*signatures.REMEDIES, *reasoning.REMEDIES)
SIGNED = call("a", thought_signature="bad")
STEPS = asked(step(SIGNED), result("a"), step("b", reasoning_content="Because."), result("b"))


@pytest.mark.parametrize(
    "failure",
    [
        rejected("Function call is missing a thought_signature in functionCall parts."),
        rejected("Corrupted thought signature."),
        rejected("Bad.", 502, body={"error": {"message": "invalid thoughtSignature"}}),
    ],
)
def test_a_signature_that_is_refused_is_skipped(failure) -> None:
    """On every step, once: what skips them all already is not sent again."""
    again = mended(Sanitized(STEPS, remedies=REMEDIES), failure)
    assert again is not None
    firsts = [m["tool_calls"][0] for m in again.request.messages if "tool_calls" in m]
    assert [item["thought_signature"] for item in firsts] == [SKIP, SKIP]
    assert again.changes == ("retry.signatures",)
    assert mended(again, failure) is None


def test_reasoning_that_is_missed_is_left_blank() -> None:
    """An earlier step of another model has none, and an empty one counts as missing."""
    failure = rejected("reasoning_content is missing in assistant tool call message at index 0")
    again = mended(Sanitized(STEPS, remedies=REMEDIES), failure)
    assert again is not None
    kept = [m["reasoning_content"] for m in again.request.messages if "tool_calls" in m]
    assert kept == [" ", "Because."]
    assert mended(again, failure) is None


def test_it_comes_to_an_end(sanitized) -> None:
    """A model that complains of everything is asked a few times and no more."""
    sent = sanitized("enter/kimi", asked(step("a"), result("a"), tools=[tool()]))
    complaint = rejected(
        "'stop' 'private' frequency_penalty presence_penalty thought_signature reasoning_content"
    )
    for _ in range(3):
        sent = mended(sent, complaint)
        assert sent is not None
    assert mended(sent, complaint) is None
