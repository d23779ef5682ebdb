"""Applies the quirks, in order, and says which of them altered the request."""

from collections.abc import Callable, Mapping, Sequence

import attrs
from zope.interface import implementer

from ..chat.request import ChatRequest, Sanitized
from ..interfaces import ISanitizer
from ..routing.route import Route
from .quirk import Quirk, Target


@implementer(ISanitizer)
@attrs.frozen
class QuirkSanitizer:
    """
    The sanitizer of this package.

    :param quirks: what to apply, in order; a third party adds its own by construction:
        ``QuirkSanitizer((*QUIRKS, mine))``.
    :param seed: gives a random seed, for models whose answers would otherwise come from a cache.
    """

    quirks: Sequence[Quirk]
    seed: Callable[[], int]

    def sanitize(
        self, request: ChatRequest, route: Route, remembered: Mapping[str, str]
    ) -> Sanitized:
        """See :class:`pollinations.interfaces.ISanitizer`."""
        target = Target(route, remembered, self.seed)
        sent, changes = request.but(model=route.model), []
        for quirk in self.quirks:
            if not quirk.concerns(target):
                continue
            for name, rule in quirk.rules:
                mended = rule(sent, target)
                if mended is not sent:
                    changes.append(f"{quirk.name}.{name}")
                    sent = mended
        return Sanitized(sent, tuple(changes))
