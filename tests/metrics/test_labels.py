"""Whatever comes in, labels say one of few words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pollinations.metrics.labels import (
    LONGEST,
    OTHER,
    Vocabulary,
    cut,
    endpoint,
    in_band,
    origin,
    status_class,
)
from pollinations.stages.cutting import TurnWatch
from pollinations.stages.refusal import PHRASES
from pollinations.stages.repetition import RepetitionWatch


def test_every_refusal_has_a_word() -> None:
    """What an upstream calls an error of its own is not one."""
    assert {in_band(phrase.code) for phrase in PHRASES} == {phrase.code for phrase in PHRASES}
    assert in_band("whatever_it_says") == OTHER


def test_every_watch_has_a_word() -> None:
    """A cut is known by the finish reason that it gives."""
    assert (cut(TurnWatch.reason), cut(RepetitionWatch.reason)) == ("guillotine", "repetition")


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("/v1/chat/completions", "chat"),
        ("/chat/completions/", "chat"),
        ("/v1//models", "models"),
        ("/v1/models/enter/openai/gpt-5.4", "models"),
        ("/health/ready", "health"),
        ("/metrics", "metrics"),
        ("/v1/notifications", "notifications"),
        ("/", OTHER),
        ("", OTHER),
        ("/v1/chat/completions/1", OTHER),
        ("/wp-login.php", OTHER),
    ],
)
def test_what_is_at_a_path(path: str, word: str) -> None:
    """Slashes and the version do not matter."""
    assert endpoint(path) == word


@pytest.mark.parametrize(
    ("status", "whose"),
    [
        (200, "none"),
        (404, "client"),
        (499, "client"),
        (502, "upstream"),
        (503, "proxy"),
        (504, "upstream"),
        (500, "proxy"),
    ],
)
def test_whose_fault_a_status_is(status: int, whose: str) -> None:
    """Where no model was asked, the status alone tells."""
    assert origin(status) == whose


@given(st.integers())
def test_statuses_have_few_classes(status: int) -> None:
    """An upstream may send any number."""
    assert status_class(status) in {"1xx", "2xx", "3xx", "4xx", "5xx", OTHER}


@given(st.lists(st.text(), max_size=50), st.integers(0, 5))
def test_a_vocabulary_is_bounded(words: list[str], limit: int) -> None:
    """The first words are told apart for good; all others share one."""
    vocabulary = Vocabulary(limit)
    said = [vocabulary.word(word) for word in words]
    assert len(set(said) - {OTHER}) <= limit
    assert all(len(word) <= LONGEST for word in said)
    assert [vocabulary.word(word) for word in words] == said or len(set(words)) > limit
