"""Each path takes its methods, and says which when it is asked with another."""

from typing import Any

import pytest

from pollinations.testing import scripts
from pollinations.testing.together import Together

GETS = [
    "/v1/models",
    "/models",
    "/v1/models/free/openai",
    "/health",
    "/health/live",
    "/health/ready",
    "/metrics",
    "/v1/notifications",
]
POSTS = ["/v1/chat/completions", "/chat/completions", "/v1/auth"]
OTHERS = ["TRACE", "OPTIONS", "PUT", "PATCH", "DELETE", "PROPFIND", "FOO", "M-SEARCH"]


@pytest.fixture(scope="module")
def proxy() -> Together:
    """A proxy."""
    return Together(scripts.text("Hello"))


def refused(got: Any, allow: set[str]) -> None:
    """It was not the method, and not the words either, that anybody should try again."""
    assert got.status == 405
    assert set(got.header("Allow").split(", ")) == allow
    assert got.error["type"] == "invalid_request_error"
    assert "method" in got.error["message"]


@pytest.mark.parametrize("path", GETS)
@pytest.mark.parametrize("method", [*OTHERS, "POST"])
def test_what_is_read_takes_nothing_else(proxy: Together, path: str, method: str) -> None:
    got = proxy.ask(method, path, {"Content-Type": "application/json"}, b"{}")
    refused(got, {"GET", "HEAD"})


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("method", [*OTHERS, "GET", "HEAD"])
def test_what_is_asked_takes_nothing_else(proxy: Together, path: str, method: str) -> None:
    got = proxy.ask(method, path, {})
    if method == "HEAD":
        assert (got.status, got.header("Allow"), got.data) == (405, "POST", b"")
    else:
        refused(got, {"POST"})


@pytest.mark.parametrize("path", [*GETS, "/nothing"])
def test_head_is_get_without_a_body(proxy: Together, path: str) -> None:
    """Its status and its headers are the same."""
    whole, head = proxy.get(path), proxy.ask("HEAD", path, {})
    assert (head.status, head.data) == (whole.status, b"")
    assert head.header("Content-Type") == whole.header("Content-Type")
    assert len(whole.data) > 0
    # What was counted has changed in between.
    if path != "/metrics":
        assert head.header("Content-Length") == str(len(whole.data))


@pytest.mark.parametrize(
    "path", ["/", "/nothing", "/v1", "/v2/models", "/v1/chat", "/v1/../models"]
)
def test_there_is_nothing_elsewhere(proxy: Together, path: str) -> None:
    got = proxy.get(path)
    assert (got.status, got.error["type"]) == (404, "invalid_request_error")
    assert "/v1/chat/completions" in got.error["message"]


@pytest.mark.parametrize("path", ["/health", "/nothing", "/v1/chat/completions"])
def test_says_nothing_of_what_it_is_made_of(proxy: Together, path: str) -> None:
    """Versions help those who look for holes."""
    got = proxy.get(path)
    assert got.header("Server") is None
    assert got.header("X-Powered-By") is None
