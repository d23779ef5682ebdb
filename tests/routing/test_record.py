"""What requests cost, and which of them are remembered."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pollinations.routing.catalogue import Model
from pollinations.routing.record import KEPT, Record, Records, cost, tokens
from pollinations.routing.route import Route

PRICED = Model(
    "priced",
    pricing={
        "promptTextTokens": 1.0,
        "promptCachedTokens": 0.1,
        "promptAudioTokens": 5.0,
        "completionTextTokens": 10.0,
        "completionReasoningTokens": 20.0,
        "completionAudioTokens": 50.0,
    },
)
PLAIN = Model("plain", pricing={"promptTextTokens": 1.0, "completionTextTokens": 10.0})


def usage(prompt: Any, completion: Any, **details: Any) -> dict[str, Any]:
    """An OpenAI usage; *details* are those of both kinds."""
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "prompt_tokens_details": details,
        "completion_tokens_details": details,
    }


@pytest.mark.parametrize(
    ("model", "used", "pollen"),
    [
        (PLAIN, usage(100, 10), 200.0),
        (PRICED, usage(100, 10), 200.0),
        # Cached tokens are among the prompt's: 60 at a tenth, 40 at the whole price.
        (PRICED, usage(100, 0, cached_tokens=60), 46.0),
        (PLAIN, usage(100, 0, cached_tokens=60), 100.0),
        # So are reasoning tokens among the completion's.
        (PRICED, usage(0, 10, reasoning_tokens=4), 140.0),
        (PLAIN, usage(0, 10, reasoning_tokens=4), 100.0),
        (PRICED, usage(0, 10, cached_tokens=0, audio_tokens=0), 100.0),
        # Parts that are more than the whole are no more than the whole.
        (PRICED, usage(10, 0, cached_tokens=60), 1.0),
        # What is not a number costs nothing.
        (PRICED, usage("100", None), 0.0),
        (PRICED, usage(-100, True), 0.0),
        (PRICED, {"prompt_tokens": 5, "prompt_tokens_details": None}, 5.0),
        (PRICED, {"prompt_tokens": 5, "prompt_tokens_details": [3]}, 5.0),
        # What cannot be known is not nothing.
        (PRICED, None, None),
        (PRICED, {}, None),
        (Model("free"), usage(100, 10), None),
        (None, usage(100, 10), None),
    ],
)
def test_cost(model: Model | None, used: Any, pollen: float | None) -> None:
    """By the catalogue's prices, each token once."""
    assert cost(used, model) == (pollen if pollen is None else pytest.approx(pollen))


def test_audio_has_its_price() -> None:
    """In both directions."""
    used = {
        "prompt_tokens": 10,
        "prompt_tokens_details": {"audio_tokens": 4, "cached_tokens": 2},
        "completion_tokens": 10,
        "completion_tokens_details": {"audio_tokens": 4, "reasoning_tokens": 2},
    }
    assert cost(used, PRICED) == pytest.approx(2 * 0.1 + 4 * 5 + 4 * 1 + 2 * 20 + 4 * 50 + 4 * 10)


@pytest.mark.parametrize(
    ("used", "count"),
    [
        ({"prompt_tokens": 7}, 7),
        ({"prompt_tokens": 0}, 0),
        ({"prompt_tokens": None}, 0),
        ({}, None),
        (None, None),
    ],
)
def test_tokens(used: Any, count: int | None) -> None:
    """As the upstream counted them, or nothing."""
    assert tokens(used, "prompt_tokens") == count


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_part_is_never_paid_twice(prompt: int, cached: int, audio: int) -> None:
    """Whatever an upstream counts, the cost is between the cheapest and the dearest price."""
    details = {"cached_tokens": cached, "audio_tokens": audio}
    pollen = cost({"prompt_tokens": prompt, "prompt_tokens_details": details}, PRICED)
    assert pollen is not None
    assert prompt * 0.1 - 1e-6 <= pollen <= prompt * 5.0 + 1e-6


def record(id: str) -> Record:
    """A record."""
    return Record(id, "openai", Route("free", "openai"))


def test_the_last_ones_are_kept() -> None:
    """The newest first, and no more than there is room for."""
    records = Records()
    assert records.latest is None
    for number in range(KEPT + 5):
        records.add(record(str(number)))
    assert len(records) == KEPT
    assert records.latest == record(str(KEPT + 4))
    assert [one.id for one in records][:2] == [str(KEPT + 4), str(KEPT + 3)]


def test_one_is_found() -> None:
    """By its identifier; the newest of those that bear it."""
    records = Records()
    for id in ("a", "b"):
        records.add(record(id))
    assert records.find("a") == record("a")
    assert records.find("c") is None
