"""
The names of attributes, as OpenTelemetry's conventions for generative AI have them.

These are not stable yet. A row holds what an attribute is called, the latest name first and then
those that it had until version 1.36. The variable ``OTEL_SEMCONV_STABILITY_OPT_IN`` says who can do
without the older ones.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "operation": ("gen_ai.operation.name",),
    "provider": ("gen_ai.provider.name", "gen_ai.system"),
    "model": ("gen_ai.request.model",),
    "stream": ("gen_ai.request.stream",),
    "first_chunk": ("gen_ai.response.time_to_first_chunk",),
    "input_tokens": ("gen_ai.usage.input_tokens",),
    "cached_tokens": ("gen_ai.usage.cache_read.input_tokens",),
    "output_tokens": ("gen_ai.usage.output_tokens",),
    "reasoning_tokens": ("gen_ai.usage.reasoning.output_tokens",),
    "error": ("error.type",),
    "server": ("server.address",),
    "port": ("server.port",),
    "method": ("http.request.method",),
    "route": ("http.route",),
    "http_status": ("http.response.status_code",),
    "id": ("pollinations.request.id",),
    "asked": ("pollinations.asked",),
    "answered": ("pollinations.answered",),
    "universe": ("pollinations.universe",),
    "reason": ("pollinations.reason",),
    "rules": ("pollinations.rules",),
    "attempts": ("pollinations.attempts",),
    "status": ("pollinations.status",),
    "left": ("pollinations.left",),
    "cut": ("pollinations.cut",),
    "queued": ("pollinations.queued",),
    "overhead": ("pollinations.overhead",),
    "cost": ("pollinations.cost",),
}

OPT_IN: Final = "OTEL_SEMCONV_STABILITY_OPT_IN"
LATEST: Final = "gen_ai_latest_experimental"


def wants_latest(environ: Mapping[str, str]) -> bool:
    """Whether the latest names alone are wanted."""
    return LATEST in [word.strip() for word in environ.get(OPT_IN, "").split(",")]


def named(found: Mapping[str, Any], latest: bool = False) -> Iterator[tuple[str, Any]]:
    """
    What is known, under all names that it goes by.

    :param found: a row's key to the value; ``None`` and empty where nothing is known.
    :param latest: whether older names are left out.
    """
    for key, value in found.items():
        if value is None or value in ("", ()):
            continue
        for name in NAMES[key][: 1 if latest else None]:
            yield name, value
