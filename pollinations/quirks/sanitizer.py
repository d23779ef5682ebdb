"""Applies the quirks, in order, and says which of them altered the request."""

import random
from collections.abc import Callable, Mapping, Sequence

import attrs
from zope.interface import implementer

from ..chat.request import ChatRequest, Sanitized
from ..interfaces import ISanitizer
from ..routing.route import Route
from .families import QUIRKS
from .quirk import Quirk, Target


def random_seed() -> int:
    """A seed between 0 and 999999."""
    return random.randrange(1_000_000)


@implementer(ISanitizer)
@attrs.frozen
class QuirkSanitizer:
    """
    The sanitizer of this package.

    :param quirks: what to apply, in order; a third party adds its own by construction:
        ``QuirkSanitizer((*QUIRKS, mine))``.
    :param seed: gives a random seed, for models whose answers would otherwise come from a cache.
    """

    quirks: Sequence[Quirk] = QUIRKS
    seed: Callable[[], int] = random_seed

    def sanitize(
        self, request: ChatRequest, route: Route, remembered: Mapping[str, str]
    ) -> Sanitized:
        """See :class:`pollinations.interfaces.ISanitizer`."""
        target = Target(route, remembered, self.seed, request)
        named = request.but(model=route.model)
        sent, changes = named, []
        for quirk in self.quirks:
            if not quirk.concerns(target):
                continue
            for name, rule in quirk.rules:
                mended = rule(sent, target)
                if mended is not sent:
                    changes.append(f"{quirk.name}.{name}")
                    sent = mended
        added = tuple(name for name in sent.body if name not in named.body)
        return Sanitized(sent, tuple(changes), added)
