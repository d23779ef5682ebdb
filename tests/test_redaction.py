"""Addresses and keys stay out of messages, and all else stays in."""

import pytest

from pollinations.redaction import scrubbed, without_keys


@pytest.mark.parametrize(
    "secret",
    [
        "https://enter.pollinations.ai/top-up?ref=x",
        "api.secret-host.xyz",
        "10.volces.cn",
        "ark.cn-beijing.volces.com",
        "gateway.svc",
        "host.example",
        "shop.co.uk:8443/v1/chat",
        "localhost:8080/x",
        "10.0.0.1:80",
        "fe80::1:2:3",
        "sk_abcdef123456",
        "Bearer abc.def",
    ],
)
def test_what_is_nobodys_business_goes(secret: str) -> None:
    """Wherever it stands."""
    assert scrubbed(f"Broke at {secret} again.") == "Broke at … again."


@pytest.mark.parametrize(
    "text",
    [
        "Invalid value for messages.0.tool_calls.1.function.name, expected a string.",
        "Model gpt-5.4 costs 0.0136 pollen; claude-haiku-4.5 costs 1.5.",
        "tools.3.parameters.properties.path: unknown name exclusiveMinimum",
        "See README.md and main.py, e.g. line 3.",
        "The key is wrong.",
    ],
)
def test_what_helps_stays(text: str) -> None:
    """Names of fields, of models, of files."""
    assert scrubbed(text) == text


@pytest.mark.parametrize("prefix", ["sk", "pk", "ag", "plln", "SK", "Plln"])
@pytest.mark.parametrize("joint", ["_", "-"])
def test_every_kind_of_key_is_taken_out(prefix: str, joint: str) -> None:
    """Whatever else the text holds."""
    key = f"{prefix}{joint}0123456789"
    assert without_keys(f"a {key} b") == "a … b"


@pytest.mark.parametrize(
    "key",
    ["sk_demo", "sk_test", "sk_a_b_", "plln_demo", "sk-1a2b", "pk_9x8y", "ag-12ab", "PK-a1b2c"],
)
def test_short_keys_are_taken_out(key: str) -> None:
    """Those that cannot be words."""
    assert without_keys(f"The key {key}, or '{key}'.") == "The key …, or '…'."


@pytest.mark.parametrize(
    "word",
    [
        "sk-learn",
        "ag-grid",
        "ag-ui",
        "pk_id",
        "pk_user",
        "sk-SK",
        "sk_SK",
        "disk_usage",
        "task_demo1",
        "risk-2024",
        "flag-1a2b",
        "tag_1a2b",
        "sk",
        "PK 1234",
        "gpk_1234",
    ],
)
def test_words_stay(word: str) -> None:
    """Of programs, of databases, of languages."""
    assert without_keys(f"sk_demo1 {word} again") == f"… {word} again"


def test_a_bearers_key_of_any_form_is_taken_out() -> None:
    assert without_keys("Authorization: BEARER xyz") == "Authorization: …"
