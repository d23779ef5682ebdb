"""What failures mean, row by row."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pollinations.chat.envelope import OVERFLOW
from pollinations.chat.request import ChatRequest
from pollinations.errors import STOPPING, UpstreamFailed
from pollinations.routing.error_reply import QUEUE_FULL
from pollinations.routing.failure import LANE_FULL, TABLE, Verdict, retry_delay, verdict
from pollinations.routing.model_list import Model
from pollinations.routing.route import Route

AGAIN, ONCE = True, False
PLAIN = ChatRequest({"messages": [{"role": "user", "content": "Hello"}]})
WITH_TOOLS = PLAIN.but(tools=[{"type": "function", "function": {"name": "weather"}}])


def failed(phase: Any, status: int, code: str | None = None, wait: float | None = None) -> Any:
    """A failure."""
    return UpstreamFailed(phase, status, "It failed.", code, retry_after=wait)


@pytest.mark.parametrize(
    ("universe", "phase", "status", "code", "kind", "retry", "falls_back", "cooling", "look"),
    [
        ("enter", "connect", 502, None, "network", AGAIN, True, "model", False),
        ("enter", "connect", 504, None, "timeout", ONCE, True, "model", False),
        ("enter", "first_byte", 502, None, "network", AGAIN, True, "model", False),
        ("enter", "first_byte", 504, None, "timeout", ONCE, True, "model", False),
        ("enter", "stream", 502, None, "cut", ONCE, True, "model", False),
        ("enter", "stream", 504, None, "timeout", ONCE, True, "model", False),
        ("enter", "reply", 400, None, "request", ONCE, False, "none", False),
        ("enter", "reply", 400, "content_filter", "request", ONCE, False, "none", False),
        ("enter", "reply", 400, "content_blocked", "request", ONCE, False, "none", False),
        ("enter", "reply", 400, OVERFLOW, "overflow", ONCE, True, "none", False),
        ("enter", "reply", 413, OVERFLOW, "overflow", ONCE, True, "none", False),
        ("enter", "reply", 401, None, "key", ONCE, True, "none", False),
        ("enter", "reply", 402, "insufficient_balance", "funds", ONCE, True, "held", True),
        ("enter", "reply", 402, "key_budget_exhausted", "funds", ONCE, True, "held", True),
        ("enter", "reply", 402, "quest_pollen_only", "funds", ONCE, True, "held", True),
        ("enter", "reply", 403, None, "access", ONCE, True, "none", False),
        ("enter", "reply", 404, None, "request", ONCE, False, "none", False),
        ("enter", "reply", 408, None, "timeout", ONCE, True, "model", False),
        ("enter", "reply", 409, None, "request", ONCE, False, "none", False),
        ("enter", "reply", 413, None, "request", ONCE, False, "none", False),
        ("enter", "reply", 422, None, "request", ONCE, False, "none", False),
        ("enter", "reply", 429, None, "rate limit", AGAIN, True, "model", False),
        ("enter", "reply", 429, QUEUE_FULL, "rate limit", AGAIN, True, "model", False),
        ("enter", "reply", 500, None, "server", AGAIN, True, "model", False),
        ("enter", "reply", 502, "empty_answer", "server", AGAIN, True, "model", False),
        ("enter", "reply", 503, None, "server", AGAIN, True, "model", False),
        ("enter", "reply", 504, None, "timeout", ONCE, True, "model", False),
        ("enter", "reply", 522, None, "server", AGAIN, True, "model", False),
        ("enter", "reply", 524, None, "timeout", ONCE, True, "model", False),
        ("enter", "reply", 530, None, "server", AGAIN, True, "model", False),
        ("free", "connect", 429, LANE_FULL, "lane full", ONCE, False, "none", False),
        ("free", "connect", 503, STOPPING, "stopping", ONCE, False, "none", False),
        ("free", "connect", 502, None, "network", AGAIN, False, "none", False),
        ("free", "connect", 504, None, "timeout", ONCE, False, "none", False),
        ("free", "first_byte", 502, None, "network", AGAIN, True, "model", False),
        ("free", "first_byte", 504, None, "timeout", ONCE, True, "model", False),
        ("free", "reply", 400, None, "request", ONCE, False, "none", False),
        ("free", "reply", 401, None, "request", ONCE, False, "none", False),
        ("free", "reply", 402, "model_not_allowed", "request", ONCE, False, "none", False),
        ("free", "reply", 403, None, "request", ONCE, False, "none", False),
        ("free", "reply", 429, None, "rate limit", AGAIN, False, "none", False),
        ("free", "reply", 429, QUEUE_FULL, "queue full", AGAIN, False, "none", False),
        ("free", "reply", 502, None, "server", AGAIN, True, "model", False),
        ("house", "reply", 503, None, "server", AGAIN, True, "model", False),
        ("house", "reply", 402, None, "request", ONCE, False, "none", False),
    ],
)
def test_the_table(
    universe: str,
    phase: str,
    status: int,
    code: str | None,
    kind: str,
    retry: bool,
    falls_back: bool,
    cooling: str,
    look: bool,
) -> None:
    """Every kind of failure has one meaning."""
    found = verdict(failed(phase, status, code), Route(universe, "mistral"), PLAIN)
    assert (found.kind, found.retry, bool(found.reason)) == (kind, retry, falls_back)
    assert (found.cooling, found.look) == (cooling, look)


def test_reasons_in_a_word() -> None:
    """What people are told in one sentence is counted as one thing."""
    verdicts = [row.verdict for row in TABLE if row.verdict.reason]
    assert {(each.reason.partition(" (")[0], each.cause) for each in verdicts} == {
        ("Upstream Timeout", "timeout"),
        ("Upstream Unavailable", "unavailable"),
        ("Context Length Exceeded", "overflow"),
        ("Rate Limit", "rate_limit"),
        ("Gemini Tools Auth Failed", "gemini_tools"),
        ("Insufficient Funds", "funds"),
        ("Invalid API Key", "key"),
        ("Access Denied", "access"),
    }


def test_every_row_can_be_reached() -> None:
    """A row that another one hides would be a promise that nobody keeps."""
    reached = {
        id(next(row for row in TABLE if row.fits(failed(phase, status, code), route, WITH_TOOLS)))
        for route in (Route("free", "mistral"), Route("free", "gemini"), Route("enter", "gemini"))
        for phase in ("connect", "first_byte", "reply", "stream")
        for status in range(400, 531)
        for code in (None, OVERFLOW, QUEUE_FULL, LANE_FULL, STOPPING)
    }
    assert reached == {id(row) for row in TABLE}


def test_a_refused_gemini_with_tools() -> None:
    """The free universe refuses its tools with a 401 that is nobody's key."""
    found = verdict(failed("reply", 401), Route("free", "gemini"), WITH_TOOLS)
    assert found == Verdict("gemini tools", reason="Gemini Tools Auth Failed (Fallback to {model})")


@pytest.mark.parametrize(
    ("route", "request_", "gemini_tools"),
    [
        (Route("free", "Gemini-2.5-flash"), WITH_TOOLS, True),
        (Route("free", "search", entry=Model("search", ("gemini-search",))), WITH_TOOLS, True),
        (Route("free", "gemini"), PLAIN, False),
        (Route("free", "gemini"), PLAIN.but(tools=[]), False),
        (Route("free", "mistral"), WITH_TOOLS, False),
        (Route("enter", "gemini"), WITH_TOOLS, False),
    ],
)
def test_who_is_a_gemini_with_tools(
    route: Route, request_: ChatRequest, gemini_tools: bool
) -> None:
    """By any of its names, in the free universe, and only when it was given some."""
    found = verdict(failed("reply", 401), route, request_)
    assert (found.kind == "gemini tools") == gemini_tools


def test_what_was_asked_for_is_kept() -> None:
    """The seconds that an upstream asked for go along with what its failure means."""
    assert verdict(failed("reply", 429, wait=7.0), Route("enter", "x"), PLAIN).wait == 7.0


LIMIT = Verdict("rate limit", retry=True)
SERVER = Verdict("server", retry=True)


def waiting(wait: float, kind: str = "rate limit") -> Verdict:
    """A failure whose upstream asked for a *wait*."""
    return Verdict(kind, retry=True, wait=wait)


@pytest.mark.parametrize(
    ("meaning", "attempt", "fallback", "delay"),
    [
        (SERVER, 1, True, 1.0),
        (SERVER, 2, True, 2.0),
        (SERVER, 3, True, None),  # twice is enough
        (Verdict("request"), 1, True, None),
        (Verdict("timeout", reason="Upstream Timeout"), 1, False, None),
        (waiting(7.0), 1, False, 7.0),
        (waiting(0.5), 2, True, 0.5),
        (waiting(0.0), 1, False, 1.0),  # at once is never at once
        (waiting(30.0), 1, False, 30.0),
        (waiting(5.0), 2, True, 5.0),
        (waiting(5.1), 1, True, None),  # somebody else answers sooner
        (waiting(30.0), 1, True, None),
        (waiting(20.0, "server"), 1, True, None),
        (waiting(30.1), 1, True, 1.0),  # the rescue attempt
        (waiting(30.1), 2, True, None),
        (waiting(30.1), 1, False, None),  # the client is told how long
        (waiting(30.1, "server"), 1, True, None),
    ],
)
def test_when_to_ask_again(
    meaning: Verdict, attempt: int, fallback: bool, delay: float | None
) -> None:
    """A second, then twice that, unless the upstream knows better, and no longer than patience."""
    assert retry_delay(meaning, attempt, 0.5, fallback) == delay


@pytest.mark.parametrize(("retries", "delays"), [(0, 0), (1, 1), (2, 2), (3, 3)])
def test_no_more_often_than_set(retries: int, delays: int) -> None:
    """One model is asked *retries* times more, and not once more than that."""
    attempts = range(1, 10)
    waits = [retry_delay(SERVER, attempt, 0.5, True, retries) for attempt in attempts]
    assert len([wait for wait in waits if wait is not None]) == delays


@given(st.floats(0, 1), st.integers(1, 2))
def test_jitter_is_a_fifth(jitter: float, attempt: int) -> None:
    """Those who failed together come back apart, and none of them early."""
    delay = retry_delay(SERVER, attempt, jitter, False)
    assert delay is not None
    assert 0.8 * 2 ** (attempt - 1) <= delay <= 1.2 * 2 ** (attempt - 1) + 1e-9


@given(
    st.sampled_from(["connect", "first_byte", "reply", "stream"]),
    st.integers(100, 999),
    st.one_of(st.none(), st.text()),
    st.text(),
    st.sampled_from([PLAIN, WITH_TOOLS]),
)
def test_every_failure_means_something(
    phase: str, status: int, code: str | None, universe: str, asked: ChatRequest
) -> None:
    """Statuses and codes that nobody has heard of have a meaning too."""
    found = verdict(failed(phase, status, code), Route(universe, "gemini"), asked)
    assert "{status}" not in found.reason
