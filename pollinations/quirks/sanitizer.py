"""Applies the quirks, in order, and says which of them altered the request."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

import attrs
from zope.interface import implementer

from ..chat.request import ChatRequest, Remedy, Sanitized
from ..interfaces import ISanitizer
from ..routing.route import Route
from .families import QUIRKS
from .quirk import Quirk, Rule, Target, names_of

MODELS: Final = 256
"""For how many models it is kept which rules concern them."""


def random_seed() -> int:
    """A seed between 0 and 999999."""
    return random.randrange(1_000_000)


@attrs.frozen
class _Chosen:
    """What concerns one model: the rules, by their full names and in order."""

    rules: Sequence[tuple[str, Rule]]
    signed: bool
    recalls: bool


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
    _chosen: Callable[[str], _Chosen] = attrs.field(init=False, eq=False, repr=False)
    _remedies: tuple[Remedy, ...] = attrs.field(init=False, eq=False, repr=False)

    @_chosen.default
    def _remembering(self) -> Callable[[str], _Chosen]:
        return lru_cache(maxsize=MODELS)(self._choose)

    @_remedies.default
    def _each_once(self) -> tuple[Remedy, ...]:
        return tuple(dict.fromkeys(r for quirk in self.quirks for r in quirk.remedies))

    def sanitize(
        self, request: ChatRequest, route: Route, remembered: Mapping[str, str]
    ) -> Sanitized:
        """See :class:`pollinations.interfaces.ISanitizer`."""
        chosen = self._chosen(names_of(route))
        target = Target(route, remembered, self.seed, chosen.signed)
        sent = named = request.but(model=route.model)
        changes: dict[str, None] = {}
        for name, rule in chosen.rules:
            mended = rule(sent, target)
            if mended is not sent:
                changes[name] = None
                sent = mended
        added = tuple(name for name in sent.body if name not in named.body)
        return Sanitized(sent, tuple(changes), added, self._remedies)

    def recalls(self, route: Route) -> bool:
        """See :class:`pollinations.interfaces.ISanitizer`: whether a family has rules for that."""
        return self._chosen(names_of(route)).recalls

    def _choose(self, names: str) -> _Chosen:
        quirks = [quirk for quirk in self.quirks if quirk.holds(names)]
        signed, recalls = any(q.signed for q in quirks), any(q.first for q in quirks)
        return _Chosen(tuple(_rules(quirks)), signed, recalls)


def _rules(quirks: Sequence[Quirk]) -> Iterator[tuple[str, Rule]]:
    """The rules of *quirks*, by their full names, in the order in which they are applied."""
    for quirk in quirks:
        yield from ((f"{quirk.name}.{name}", rule) for name, rule in quirk.first)
    for quirk in quirks:
        yield from ((f"{quirk.name}.{name}", rule) for name, rule in quirk.rules)
