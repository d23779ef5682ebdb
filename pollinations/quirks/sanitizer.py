"""Applies the quirks, in order, and says which of them altered the request."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence

import attrs
from zope.interface import implementer

from ..chat.request import ChatRequest, Remedy, Sanitized
from ..interfaces import ISanitizer
from ..routing.route import Route
from .families import QUIRKS
from .quirk import Quirk, Rule, Target


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
        target = Target(route, remembered, self.seed, signed=False)
        quirks = [quirk for quirk in self.quirks if quirk.concerns(target)]
        target = attrs.evolve(target, signed=any(quirk.signed for quirk in quirks))
        sent = named = request.but(model=route.model)
        changes: dict[str, None] = {}
        for name, rule in _rules(quirks):
            mended = rule(sent, target)
            if mended is not sent:
                changes[name] = None
                sent = mended
        added = tuple(name for name in sent.body if name not in named.body)
        return Sanitized(sent, tuple(changes), added, self._remedies())

    def _remedies(self) -> tuple[Remedy, ...]:
        """Those of all families, each once."""
        return tuple(dict.fromkeys(r for quirk in self.quirks for r in quirk.remedies))


def _rules(quirks: Sequence[Quirk]) -> Iterator[tuple[str, Rule]]:
    """The rules of *quirks*, by their full names, in the order in which they are applied."""
    for quirk in quirks:
        yield from ((f"{quirk.name}.{name}", rule) for name, rule in quirk.first)
    for quirk in quirks:
        yield from ((f"{quirk.name}.{name}", rule) for name, rule in quirk.rules)
