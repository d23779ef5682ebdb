"""The spans of a request, as its record tells them."""

import attrs

from pollinations.routing.record import Attempt, Record
from pollinations.routing.route import Route
from pollinations.routing.traceparent import TraceContext
from pollinations.tracing.names import NAMES, OPT_IN, wants_latest
from pollinations.tracing.spans import NAME, Span, Spans

TRACE = TraceContext("0af7651916cd43dd8448eb211c80319c", "a" * 16, 1, "x=1", "b" * 16)
GEMINI = Route("enter", "gemini")
MISTRAL = Route("free", "mistral", "Rate Limit (Upstream 429)", rescue=True)
FALLEN = Record(
    "r1",
    "enter/gemini",
    MISTRAL,
    at=100.0,
    rules=("all.seed", "mistral.ids"),
    attempts=(
        Attempt(GEMINI, 429, 0.5, "rate limit", at=100.1, span_id="1" * 16),
        Attempt(MISTRAL, 200, 0.7, at=101.0, span_id="2" * 16),
    ),
    seconds=4.0,
    first_byte=1.8,
    prompt_tokens=12,
    completion_tokens=34,
    cached_tokens=5,
    reasoning_tokens=0,
    cost=0.25,
    stream=True,
    overhead=0.01,
    trace=TRACE,
)
URLS = {"enter": "https://gen.example/base", "free": "http://127.0.0.1:8080"}


def of(record: Record = FALLEN, latest: bool = False) -> tuple[Span, ...]:
    """The spans of a record."""
    return Spans(URLS.get, latest).of(record)


def answered(**change: object) -> Span:
    """The span of the attempt that was answered."""
    return of(attrs.evolve(FALLEN, **change))[-1]


def test_who_follows_nothing_gets_nothing() -> None:
    assert of(attrs.evolve(FALLEN, trace=None)) == ()


def test_there_is_one_for_the_request_and_one_for_each_attempt() -> None:
    """Each within the one that it is a part of."""
    request, *attempts = of()
    assert request.context == TRACE
    assert [span.context.parent_id for span in attempts] == [TRACE.span_id] * 2
    assert [span.context.span_id for span in attempts] == ["1" * 16, "2" * 16]
    assert {span.context.trace_id for span in (request, *attempts)} == {TRACE.trace_id}
    names = [(span.name, span.kind) for span in (request, *attempts)]
    assert names == [(NAME, "server"), ("chat gemini", "client"), ("chat mistral", "client")]


def test_they_have_the_times_that_things_took() -> None:
    """An attempt that was answered lasts as long as its answer."""
    assert [(span.start, span.end) for span in of()] == [(100, 104), (100.1, 100.6), (101, 104)]


def test_the_request_is_explained() -> None:
    assert of()[0].attributes == {
        "http.request.method": "POST",
        "http.route": "/v1/chat/completions",
        "http.response.status_code": 200,
        "pollinations.request.id": "r1",
        "pollinations.asked": "enter/gemini",
        "pollinations.answered": "free/mistral",
        "pollinations.reason": "Rate Limit (Upstream 429)",
        "pollinations.rules": ("all.seed", "mistral.ids"),
        "pollinations.attempts": 2,
        "pollinations.overhead": 0.01,
        "pollinations.cost": 0.25,
    }


def test_a_failed_attempt_says_how() -> None:
    failed = of()[1]
    assert failed.error == "rate_limit"
    assert failed.attributes == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "pollinations",
        "gen_ai.system": "pollinations",
        "gen_ai.request.model": "gemini",
        "gen_ai.request.stream": True,
        "pollinations.universe": "enter",
        "pollinations.status": 429,
        "error.type": "rate_limit",
        "server.address": "gen.example",
        "server.port": 443,
    }


def test_an_answer_tells_what_it_took() -> None:
    assert of(latest=True)[2].attributes == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "pollinations",
        "gen_ai.request.model": "mistral",
        "gen_ai.request.stream": True,
        "gen_ai.response.time_to_first_chunk": 0.7,
        "gen_ai.usage.input_tokens": 12,
        "gen_ai.usage.output_tokens": 34,
        "gen_ai.usage.cache_read.input_tokens": 5,
        "gen_ai.usage.reasoning.output_tokens": 0,
        "pollinations.universe": "free",
        "pollinations.reason": "Rate Limit (Upstream 429)",
        "pollinations.status": 200,
        "server.address": "127.0.0.1",
        "server.port": 8080,
    }


def test_what_was_estimated_is_not_billed() -> None:
    found = answered(estimated=True).attributes
    assert not any(name.startswith("gen_ai.usage") for name in found)


def test_an_answer_that_broke_off_is_an_error_of_both() -> None:
    request, _, attempt = of(attrs.evolve(FALLEN, status=502, origin="upstream"))
    assert (request.error, attempt.error) == ("502", "502")
    assert request.attributes["error.type"] == attempt.attributes["error.type"] == "502"


def test_a_client_that_left_is_no_error() -> None:
    """But an attempt that nobody heard the end of was cancelled."""
    request, _, attempt = of(attrs.evolve(FALLEN, status=499, left="streaming"))
    assert (request.error, attempt.error) == ("", "")
    assert request.attributes["pollinations.left"] == "streaming"
    cancelled = attrs.evolve(FALLEN.attempts[1], status=0)
    assert answered(attempts=(cancelled,), status=499).error == "cancelled"


def test_what_a_client_did_wrong_is_no_error_of_ours() -> None:
    refused = Attempt(GEMINI, 400, 0.1, "request", at=100.0, span_id="1" * 16)
    request, attempt = of(attrs.evolve(FALLEN, attempts=(refused,), status=400))
    assert (request.error, attempt.error) == ("", "request")


def test_names_that_clients_invent_are_cut_and_hold_no_key() -> None:
    key = f"sk_{'a1' * 16}"
    record = attrs.evolve(FALLEN, asked=f"enter/{key}", route=Route("enter", key * 20))
    for span in of(
        attrs.evolve(record, attempts=(attrs.evolve(FALLEN.attempts[0], route=record.route),))
    ):
        assert key not in f"{span.name} {span.attributes}"
        assert len(span.name) < 220


def test_unknown_servers_are_not_named() -> None:
    found = Spans().of(FALLEN)[1].attributes
    assert "server.address" not in found
    assert "server.port" not in found


def test_only_who_asks_for_the_latest_names_gets_them_alone() -> None:
    assert wants_latest({OPT_IN: "http, gen_ai_latest_experimental"})
    assert not wants_latest({OPT_IN: "http"})
    assert not wants_latest({})
    assert "gen_ai.system" in of()[1].attributes
    assert "gen_ai.system" not in of(latest=True)[1].attributes


def test_no_name_stands_for_two_things() -> None:
    names = [name for row in NAMES.values() for name in row]
    assert len(names) == len(set(names))
