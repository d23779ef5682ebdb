"""What the user wrote stays; what setup wrote follows the proxy, and goes when it is told to."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pollinations.opencode.edit import Path
from pollinations.opencode.ownership import (
    SKELETON,
    Owned,
    added,
    checked,
    old_plugins,
    removed,
)
from pollinations.settings import jsonc

URL = "http://127.0.0.1:{file:~/.pollinations/port}/v1"
POLL = {"template": "/pollinations $ARGUMENTS"}


def wanted(**models: Any) -> dict[str, Any]:
    """What is to be there."""
    options = {"baseURL": URL, "timeout": False}
    provider = {"npm": "@ai-sdk/openai-compatible", "options": options, "models": models}
    return {
        "small_model": "pollinations/free/one",
        "provider": {"pollinations": provider},
        "command": {"poll": POLL},
    }


ONE = wanted(one={"name": "One"})
TWO = wanted(two={"name": "Two"})


def loads(text: str) -> Any:
    return jsonc.loads(text.encode())


def write(
    text: str,
    what: Mapping[str, Any] = ONE,
    before: Owned | None = None,
    elsewhere: Mapping[Path, Any] | None = None,
) -> Any:
    return added(text, what, before or Owned(), elsewhere or {})


@pytest.mark.parametrize(
    "text",
    [
        SKELETON,
        "{}",
        '{"a": 1}',
        '{"provider": {}}',
        '{"provider": {"other": {}}, "command": {"x": {"template": "y"}}}',
        '{"provider": {"pollinations": {"options": {"apiKey": "sk_mine"}}}}',
        '{"provider": {"pollinations": {"models": {"mine": {"name": "Mine"}}}}, // c\n}',
        '{"small_model": "other/model"}',
        '{"command": {"poll": {"template": "mine"}}}',
        '{"provider": {"pollinations": {"npm": "mine", "options": {"baseURL": "http://x/v1"}}}}',
        "\ufeff{\r\n\t// nothing\r\n}\r\n",
    ],
)
class TestAnyText:
    def test_twice_is_once(self, text: str) -> None:
        first = write(text)
        second = write(first.text, before=first.owned)
        assert (second.text, second.owned, second.kept) == (
            first.text,
            first.owned,
            first.kept,
        )

    def test_it_can_be_undone(self, text: str) -> None:
        first = write(text)
        assert removed(first.text, first.owned).text == text

    def test_it_can_be_undone_after_it_has_changed(self, text: str) -> None:
        first = write(text)
        second = write(first.text, TWO, first.owned)
        assert removed(second.text, second.owned).text == text

    def test_everything_of_the_user_is_there(self, text: str) -> None:
        def contained(part: Any, whole: Any) -> bool:
            if isinstance(part, dict):
                return all(key in whole and contained(part[key], whole[key]) for key in part)
            return part == whole or part in ("mine", "http://x/v1")

        assert contained(loads(text), loads(write(text).text))


def test_a_key_of_the_user_stays() -> None:
    text = '{"provider": {"pollinations": {"options": {"apiKey": "sk_mine"}}}}'
    with_token = wanted()
    with_token["provider"]["pollinations"]["options"]["apiKey"] = "{file:~/.pollinations/token}"
    first = write(text, with_token)
    options = loads(first.text)["provider"]["pollinations"]["options"]
    assert options == {"apiKey": "sk_mine", "baseURL": URL, "timeout": False}
    assert first.kept == (("provider", "pollinations", "options", "apiKey"),)
    assert "sk_mine" not in repr(first.owned)


def test_the_reference_to_a_token_that_is_gone_goes() -> None:
    with_token = wanted()
    with_token["provider"]["pollinations"]["options"]["apiKey"] = "{file:~/.pollinations/token}"
    first = write("{}", with_token)
    second = write(first.text, wanted(), first.owned)
    assert "apiKey" not in loads(second.text)["provider"]["pollinations"]["options"]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('{"small_model": "other/model"}', ("small_model",)),
        ('{"command": {"poll": {"template": "mine"}}}', ("command", "poll")),
        (
            '{"provider": {"pollinations": {"models": {"one": {"name": "Mine"}}}}}',
            ("provider", "pollinations", "models", "one"),
        ),
        (
            '{"provider": {"pollinations": {"options": {"timeout": 5}}}}',
            ("provider", "pollinations", "options", "timeout"),
        ),
    ],
)
def test_what_the_user_has_already_stays_and_is_named(text: str, path: Path) -> None:
    change = write(text)
    assert change.kept == (path,)
    assert path not in change.owned.members


def test_what_is_elsewhere_counts_too() -> None:
    change = write("{}", elsewhere={("small_model",): "x/y", ("command", "poll"): POLL})
    assert "small_model" not in loads(change.text)
    assert change.kept == (("small_model",),)
    assert loads(change.text)["command"] == {"poll": POLL}


def test_without_an_address_there_is_no_provider() -> None:
    text = '{"provider": {"pollinations": {"npm": "x", "options": {"baseURL": "http://y/v1"}}}}'
    change = write(text)
    assert loads(change.text)["provider"]["pollinations"]["options"]["baseURL"] == URL
    assert set(change.owned.replaced.values()) == {"x", "http://y/v1"}
    assert removed(change.text, change.owned).text == text


def test_models_follow_the_proxy() -> None:
    first = write("{}")
    second = write(first.text, TWO, first.owned)
    assert set(loads(second.text)["provider"]["pollinations"]["models"]) == {"two"}


def test_what_the_user_has_changed_since_is_the_users() -> None:
    first = write("{}")
    edited = first.text.replace('"One"', '"My one"').replace("free/one", "free/mine")
    second = write(edited, TWO, first.owned)
    found = loads(second.text)
    assert found["small_model"] == "pollinations/free/mine"
    assert found["provider"]["pollinations"]["models"]["one"] == {"name": "My one"}
    left = removed(edited, first.owned)
    assert loads(left.text) == {
        "small_model": "pollinations/free/mine",
        "provider": {"pollinations": {"models": {"one": {"name": "My one"}}}},
    }
    assert len(left.kept) == 2


def test_what_the_user_has_deleted_comes_back() -> None:
    first = write("{}")
    second = write("{}", ONE, first.owned)
    assert second.text == first.text


def test_the_very_same_of_the_user_is_the_users() -> None:
    text = json.dumps({"small_model": "pollinations/free/one"})
    change = write(text)
    assert change.kept == ()
    assert removed(change.text, change.owned).text == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is empty"),
        (" \n\ufeff ", "it is no JSON from line"),
        ("\ufeff\n", "it is empty"),
        ("{", "it is no JSON from line 1"),
        ('{"a": 1\n', "it is no JSON from line"),
        ('{"a": }', "it is no JSON from line 1"),
        ("{'a': 1}", "it is no JSON from line 1"),
        ("{a: 1}", "it is no JSON from line 1"),
        ('{"a": 1} {"b": 2}', "it is no JSON from line 1"),
        ('{"a": {env:A}}', "it is no JSON from line 1"),
        ("/* {}", "it is no JSON from line 1"),
        ("not json", "it is no JSON from line 1"),
        ("null", "it does not hold a JSON object"),
        ("[]", "it does not hold a JSON object"),
        ('"{}"', "it does not hold a JSON object"),
        ("1", "it does not hold a JSON object"),
        ("{,}", "there is a comma too many"),
        ('{"plugin": "a"}', "'plugin' is not a list"),
        ('{"plugin": null}', "'plugin' is not a list"),
        ('{"plugin": {}}', "'plugin' is not a list"),
        ('{"provider": null}', "'provider' is not an object"),
        ('{"provider": []}', "'provider' is not an object"),
        ('{"provider": "pollinations"}', "'provider' is not an object"),
        ('{"provider": {"pollinations": "x"}}', "'provider.pollinations' is not an object"),
        ('{"provider": {"pollinations": []}}', "'provider.pollinations' is not an object"),
        (
            '{"provider": {"pollinations": {"models": []}}}',
            "'provider.pollinations.models' is not an object",
        ),
        (
            '{"provider": {"pollinations": {"options": 1}}}',
            "'provider.pollinations.options' is not an object",
        ),
        ('{"command": []}', "'command' is not an object"),
        ('{"command": "/poll"}', "'command' is not an object"),
        ("[" * 5000, "it is no JSON from line 1"),
    ],
)
def test_what_cannot_be_added_to_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        write(text)


@pytest.mark.parametrize(
    ("plugins", "named"),
    [
        ([], []),
        (["other"], []),
        (["opencode-pollinations-plugin"], ["opencode-pollinations-plugin"]),
        (["opencode-pollinations-plugin@5.4.8", 1, None], ["opencode-pollinations-plugin@5.4.8"]),
        ([["/lib/opencode-pollinations-plugin", {}], []], ["/lib/opencode-pollinations-plugin"]),
    ],
)
def test_the_older_plugin_is_seen(plugins: list[Any], named: list[str]) -> None:
    assert list(old_plugins(checked(json.dumps({"plugin": plugins})))) == named


_NAMES = st.sampled_from(["a", "b", "c"])
_MODELS = st.dictionaries(_NAMES, st.fixed_dictionaries({"name": _NAMES}), max_size=3)
_TEXTS = st.sampled_from(["{}", '{"a": 1}', '{\n  "provider": {}, // p\n}', SKELETON])


@given(_TEXTS, st.lists(_MODELS, max_size=4))
def test_after_any_number_of_changes_all_can_be_undone(
    text: str, steps: list[dict[str, Any]]
) -> None:
    now, before = text, Owned()
    for models in steps:
        change = write(now, wanted(**models), before)
        now, before = change.text, change.owned
        assert loads(now)["provider"]["pollinations"].get("models", {}) == models
    assert removed(now, before).text == text
