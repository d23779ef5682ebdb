"""Settings from JSON: what is right counts, what is wrong is named and replaced."""

import math
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from pollinations.settings.patch import merged
from pollinations.settings.paths import PATHS, change_at, value_at
from pollinations.settings.reading import read_settings
from pollinations.settings.schema import Settings

SECRET = "sk_canary_0123456789"

DOCUMENTED = {
    "version": "5.2.4",
    "mode": "pro",
    "apiKey": "pk_xxxxxxxxxxxx",
    "gui": {"status": "all", "logs": "error"},
    "thresholds": {"tier": 20, "wallet": 2.5, "quest": 0.1},
    "fallbacks": {
        "free": {"main": "free/a", "agent": "free/b"},
        "enter": {"agent": "free/gemini"},
    },
    "enablePaidTools": True,
    "statusBar": False,
}


def test_nothing_is_all_defaults() -> None:
    assert read_settings({}) == (Settings(), ())


def test_the_documents_schema_is_read() -> None:
    settings, problems = read_settings(DOCUMENTED)
    assert problems == ()
    assert settings.mode == "pro"
    assert settings.api_key == "pk_xxxxxxxxxxxx"
    assert attrs.asdict(settings.gui) == DOCUMENTED["gui"]
    assert attrs.asdict(settings.thresholds) == DOCUMENTED["thresholds"]
    assert attrs.asdict(settings.fallbacks) == DOCUMENTED["fallbacks"]
    assert settings.enable_paid_tools
    assert not settings.status_bar


def test_part_of_a_section_leaves_the_rest_of_it() -> None:
    """The original lost what a partial section did not name (B27)."""
    settings, problems = read_settings({"thresholds": {"tier": 20}, "fallbacks": {"enter": {}}})
    assert problems == ()
    assert attrs.asdict(settings.thresholds) == {"tier": 20, "wallet": 5, "quest": 0.05}
    assert settings.fallbacks == Settings().fallbacks


@pytest.mark.parametrize(
    ("written", "mode"),
    [
        ("manual", "manual"),
        ("alwaysfree", "alwaysfree"),
        ("pro", "pro"),
        ("quest", "alwaysfree"),
        ("quest_only", "alwaysfree"),
        (" PRO ", "pro"),
        ("paid", "pro"),
    ],
)
def test_a_mode_of_any_version_is_read(written: str, mode: str) -> None:
    assert read_settings({"mode": written}) == (Settings(mode=mode), ())


def test_a_chosen_mode_stays_with_any_key() -> None:
    """The original made it pro whatever was chosen (B21)."""
    assert read_settings({"mode": "manual", "apiKey": SECRET})[0].mode == "manual"


@pytest.mark.parametrize(
    ("path", "written", "expected"),
    [
        ("apiKey", "  sk_abc\n", "sk_abc"),
        ("apiKey", "", None),
        ("apiKey", " ", None),
        ("apiKey", None, None),
        ("mode", None, None),
        ("thresholds.tier", 0, 0.0),
        ("thresholds.tier", 100, 100.0),
        ("thresholds.wallet", 0.5, 0.5),
        ("retries", 3.0, 3),
        ("retries", 0, 0),
        ("timeouts.firstToken", 30, 30.0),
        ("timeouts.firstToken", None, None),
        ("timeouts.firstByte", 1, 1.0),
        ("listener.bodyLimit", 1e6, 1_000_000),
        ("listener.hosts", ["proxy.lan"], ("proxy.lan",)),
        ("listener.origins", ["https://ui.example"], ("https://ui.example",)),
        ("language", "fr", "fr"),
        ("userAgent", "curl/8.6.0", "curl/8.6.0"),
        ("guillotine", False, False),
    ],
)
def test_what_is_right_is_read(path: str, written: Any, expected: Any) -> None:
    settings, problems = read_settings(change_at(path, written))
    assert problems == ()
    assert value_at(settings, path) == expected


WRONG = [
    ("mode", SECRET, "one of manual, alwaysfree, pro, or null"),
    ("mode", ["pro"], "one of manual, alwaysfree, pro, or null"),
    ("mode", 1, "one of manual, alwaysfree, pro, or null"),
    ("mode", "PRO!", "one of manual, alwaysfree, pro, or null"),
    ("apiKey", f"{SECRET} {SECRET}", "a key, without spaces, or null"),
    ("apiKey", f"{SECRET}\r\nX-Evil: 1", "a key, without spaces, or null"),
    ("apiKey", [SECRET], "a key, without spaces, or null"),
    ("apiKey", "clé", "a key, without spaces, or null"),
    ("apiKey", SECRET * 100, "a key, without spaces, or null"),
    ("gui", None, "an object"),
    ("gui", "alert", "an object"),
    ("gui.status", True, "one of none, alert, all"),
    ("gui.status", "verbose", "one of none, alert, all"),
    ("gui.logs", "all", "one of none, error, verbose"),
    ("thresholds", 10, "an object"),
    ("thresholds", [10, 5], "an object"),
    ("thresholds.tier", 100.5, "a number from 0 to 100"),
    ("thresholds.tier", -1, "a number from 0 to 100"),
    ("thresholds.tier", True, "a number from 0 to 100"),
    ("thresholds.tier", "10", "a number from 0 to 100"),
    ("thresholds.tier", None, "a number from 0 to 100"),
    ("thresholds.tier", math.nan, "a number from 0 to 100"),
    ("thresholds.tier", math.inf, "a number from 0 to 100"),
    ("thresholds.wallet", -0.01, "a number from 0 to 1000000"),
    ("thresholds.wallet", 10**400, "a number from 0 to 1000000"),
    ("thresholds.quest", {}, "a number from 0 to 1000000"),
    ("fallbacks", "free/mistral", "an object"),
    ("fallbacks.free", None, "an object"),
    ("fallbacks.free.main", "", "a name, without spaces"),
    ("fallbacks.free.main", 3, "a name, without spaces"),
    ("fallbacks.free.agent", "two words", "a name, without spaces"),
    ("fallbacks.enter.agent", {"model": "x"}, "a name, without spaces"),
    ("fallbacks.enter.agent", "half\udcff", "a name, without spaces"),
    ("freeUrl", "http://half\udcff", "the base of an HTTP server"),
    ("enablePaidTools", "false", "true or false"),
    ("statusBar", 0, "true or false"),
    ("debug", None, "true or false"),
    ("language", "de", "one of en, fr"),
    ("retries", -1, "a whole number from 0 to 10"),
    ("retries", 2.5, "a whole number from 0 to 10"),
    ("retries", True, "a whole number from 0 to 10"),
    ("timeouts.connect", 0, "a number from 0.01 to 86400"),
    ("timeouts.idle", None, "a number from 0.01 to 86400"),
    ("timeouts.firstToken", "soon", "a number from 0.01 to 86400, or null"),
    ("listener.hosts", "proxy.lan", "a list, each entry a name, without spaces"),
    ("listener.hosts", ["ok", 7], "a list, each entry a name, without spaces"),
    ("listener.origins", {"a": 1}, "a list, each entry a name, without spaces"),
    ("listener.bodyLimit", 10, "a whole number from 1024 to 2147483648"),
    ("listener.requests", 0, "a whole number from 1 to 100000"),
    ("keepalive", -15, "a number from 0.01 to 86400"),
    ("userAgent", "curl\r\nX-Evil: 1", "a line of plain text"),
    ("userAgent", "", "a line of plain text"),
    ("guillotine", "off", "true or false"),
]


@pytest.mark.parametrize(("path", "written", "words"), WRONG)
def test_what_is_wrong_is_named_and_its_default_used(path: str, written: Any, words: str) -> None:
    settings, problems = read_settings(change_at(path, written))
    assert problems == (f"{path} must be {words}",)
    assert settings == Settings()


def test_one_wrong_value_takes_nothing_else_along() -> None:
    settings, problems = read_settings({"gui": {"status": 1, "logs": "error"}, "retries": 4})
    assert problems == ("gui.status must be one of none, alert, all",)
    assert (settings.gui.logs, settings.retries) == ("error", 4)


def test_no_problem_holds_what_was_found() -> None:
    everything: dict[str, Any] = {}
    for path in PATHS:
        everything = merged(everything, change_at(path, {SECRET: f"{SECRET} \n"}))
    settings, problems = read_settings({**everything, SECRET: SECRET})
    assert settings == Settings()
    assert len(problems) == len(PATHS)
    assert "canary" not in "".join(problems)


def test_names_of_others_are_no_problem_and_misspelt_ones_are() -> None:
    _, problems = read_settings(
        {"keyHasAccessToProfile": True, "version": 1, "tresholds": {}, "thresholds": {"teir": 5}}
    )
    assert problems == (
        "tresholds is not a setting; thresholds is",
        "thresholds.teir is not a setting; thresholds.tier is",
    )


def test_the_key_is_in_no_repr() -> None:
    assert SECRET not in repr(read_settings({"apiKey": SECRET})[0])


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([p.rpartition(".")[2] for p in PATHS]) | st.text(max_size=5), inner
        )
    ),
    max_leaves=6,
)
NAMES = sorted({path.partition(".")[0] for path in PATHS})


@examples(max_examples=50)
@given(st.dictionaries(st.sampled_from(NAMES), JSON))
def test_whatever_is_in_the_file_there_are_settings(data: dict[str, Any]) -> None:
    settings, problems = read_settings(data)
    named = {problem.partition(" ")[0] for problem in problems}
    for path in named & set(PATHS):
        assert value_at(settings, path) == value_at(Settings(), path)


@pytest.mark.parametrize(
    ("old", "changes", "new"),
    [
        ({}, {}, {}),
        ({"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 3}}, {"a": {"b": 3, "c": 2}}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": None}}, {"a": {"c": 2}}),
        ({"a": 1}, {"a": None, "z": None}, {}),
        ({"a": 1}, {"a": {"b": 2}}, {"a": {"b": 2}}),
        ({"a": {"b": 1}}, {"a": [1]}, {"a": [1]}),
        ({}, {"a": {"b": None}}, {"a": {}}),
    ],
)
def test_changes_are_made_at_every_depth(old: Any, changes: Any, new: Any) -> None:
    assert merged(old, changes) == new


@examples(max_examples=50)
@given(st.dictionaries(st.sampled_from("ab"), JSON), st.dictionaries(st.sampled_from("ab"), JSON))
def test_a_change_made_twice_is_made_once(old: dict[str, Any], changes: dict[str, Any]) -> None:
    once = merged(old, changes)
    assert repr(merged(once, changes)) == repr(once)
