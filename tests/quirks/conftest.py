"""What the tests of the quirks share."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from pollinations.chat.request import ChatRequest, Sanitized
from pollinations.quirks import QUIRKS, Quirk, QuirkSanitizer
from pollinations.routing.catalogue import Model
from pollinations.routing.route import Route

Sanitize = Callable[..., Sanitized]


@pytest.fixture
def quirks() -> Sequence[Quirk]:
    """What is applied."""
    return QUIRKS


@pytest.fixture
def sanitized(quirks: Sequence[Quirk]) -> Sanitize:
    """Makes a request ready for ``universe/model``, with 7 for every random seed."""

    def sanitize(
        name: str,
        request: ChatRequest,
        remembered: Mapping[str, str] | None = None,
        **entry: Any,
    ) -> Sanitized:
        universe, _, model = name.partition("/")
        known = Model(**{"name": model, **entry}) if entry else None
        route = Route(universe, model, entry=known)
        return QuirkSanitizer(quirks, seed=lambda: 7).sanitize(request, route, remembered or {})

    return sanitize
