"""
What a trace holds of a request, made of its record when it is over.

There is one span for the request and one for each attempt at a model. As the record, they hold no
prompt, no answer and no key.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal
from urllib.parse import urlsplit

import attrs

from ..redaction import brief
from ..routing.record import Attempt, Record
from ..routing.traceparent import TraceContext
from .names import named

NAME: Final = "POST /v1/chat/completions"
"""What the span of a request is called."""

PROVIDER: Final = "pollinations"


@attrs.frozen
class Span:
    """
    Something that took its time.

    :param kind: ``server`` for a request of a client, ``client`` for one of ours.
    :param context: its place in the trace.
    :param start: seconds since the epoch; *end* likewise.
    :param error: what went wrong, in a word, or empty.
    """

    name: str
    kind: Literal["server", "client"]
    context: TraceContext
    start: float
    end: float
    attributes: Mapping[str, Any]
    error: str = ""


@attrs.frozen
class Spans:
    """
    Makes spans of records.

    :param servers: universe to the address of its upstream, or ``None``.
    :param latest: whether attributes have their latest names alone.
    """

    servers: Callable[[str], str | None] = lambda universe: None
    latest: bool = False

    def of(self, record: Record) -> tuple[Span, ...]:
        """The spans of a request; none where nobody follows it."""
        if record.trace is None:
            return ()
        attempts = [self._attempt(one, record, record.trace) for one in record.attempts]
        return (self._request(record, record.trace), *attempts)

    def _request(self, record: Record, trace: TraceContext) -> Span:
        # What a client did wrong is no error of a server's span.
        error = str(record.status) if record.status >= 500 else ""
        found = {
            "method": "POST",
            "route": "/v1/chat/completions",
            "http_status": record.status,
            "id": record.id,
            "asked": brief(record.asked),
            "answered": brief(record.route.name),
            "reason": record.route.reason,
            "rules": record.rules,
            "attempts": len(record.attempts),
            "left": record.left,
            "cut": record.cut,
            "queued": record.queued,
            "overhead": record.overhead,
            "cost": record.cost,
            "error": error,
        }
        end = record.at + record.seconds
        return Span(NAME, "server", trace, record.at, end, self._named(found), error)

    def _attempt(self, attempt: Attempt, record: Record, trace: TraceContext) -> Span:
        answered = attempt.status == 200 and not attempt.kind
        end = record.at + record.seconds if answered else attempt.at + attempt.seconds
        model, error = brief(attempt.route.model), _error(attempt, record)
        found = {
            "operation": "chat",
            "provider": PROVIDER,
            "model": model,
            "stream": record.stream or None,
            "universe": attempt.route.universe,
            "reason": attempt.route.reason,
            "status": attempt.status or None,
            "error": error,
            **self._server(attempt.route.universe),
            **(_answer(attempt, record) if answered else {}),
        }
        context = attrs.evolve(trace, span_id=attempt.span_id, parent_id=trace.span_id)
        return Span(f"chat {model}", "client", context, attempt.at, end, self._named(found), error)

    def _server(self, universe: str) -> Mapping[str, Any]:
        url = self.servers(universe)
        if url is None:
            return {}
        parts = urlsplit(url)
        usual = {"http": 80, "https": 443}.get(parts.scheme)
        return {"server": parts.hostname, "port": parts.port or usual}

    def _named(self, found: Mapping[str, Any]) -> Mapping[str, Any]:
        return dict(named(found, self.latest))


def _answer(attempt: Attempt, record: Record) -> Mapping[str, Any]:
    """What is known of the answer. Tokens are what the upstream counted, and bills."""
    found: dict[str, Any] = {"first_chunk": attempt.seconds if record.stream else None}
    if not record.estimated:
        found["input_tokens"] = record.prompt_tokens
        found["output_tokens"] = record.completion_tokens
        found["cached_tokens"] = record.cached_tokens
        found["reasoning_tokens"] = record.reasoning_tokens
    return found


def _error(attempt: Attempt, record: Record) -> str:
    """What went wrong with an attempt: the kind of its failure, or the status in its stead."""
    if attempt.kind:
        return attempt.kind.replace(" ", "_")
    if attempt.status == 0:
        return "cancelled"
    status = attempt.status if attempt.status != 200 else record.status
    return str(status) if status >= 500 else ""
