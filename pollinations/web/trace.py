"""Whose trace a request that comes in is a part of."""

from typing import Any

from ..routing.traceparent import TraceContext, parse


def parent_of(request: Any) -> TraceContext | None:
    """The place in a trace that the client speaks from, if it follows one and says so properly."""
    headers = request.requestHeaders
    if not headers.hasHeader(b"traceparent"):
        return None
    return parse(headers.getRawHeaders("traceparent"), headers.getRawHeaders("tracestate", []))
