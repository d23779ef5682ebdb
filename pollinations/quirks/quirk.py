"""What a quirk is: names, and rules that are pure functions of a request."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache

import attrs

from ..chat.request import ChatRequest, Remedy
from ..routing.route import Route

# The owner of a community model is free to be called anything.
_OWNER = re.compile(r"^community/[^/]*/")


@attrs.frozen
class Target:
    """
    Whom a request is made ready for, and what a rule may need to know to do it.

    :param route: the universe, the model, and what the catalogue says of it.
    :param remembered: key to what a signature store kept under it.
    :param seed: gives a random seed.
    :param signed: whether one of the model's families is sent thought signatures.
    """

    route: Route
    remembered: Mapping[str, str]
    seed: Callable[[], int]
    signed: bool

    @cached_property
    def names(self) -> str:
        """See :func:`names_of`."""
        return names_of(self.route)

    @property
    def tools_allowed(self) -> bool:
        """Whether the model takes tools, as far as the catalogue knows."""
        return self.route.entry is None or self.route.entry.tools is not False


def names_of(route: Route) -> str:
    """All that a model is called, lower case, a line each: names, aliases, publisher."""
    entry = route.entry
    if entry is None:
        return _bare(route.model)
    bare = [*map(_bare, (route.model, entry.name, *entry.aliases))]
    if bare[1] == entry.name.lower():
        bare.append(entry.publisher.lower())
    return "\n".join(bare)


@lru_cache(maxsize=1024)
def _bare(name: str) -> str:
    return _OWNER.sub("", name.lower())


Rule = Callable[[ChatRequest, Target], ChatRequest]
"""Returns the request itself when it has nothing to mend, else a changed copy."""


@attrs.frozen
class Quirk:
    """
    One family's quirks.

    A word is found where no letter touches it: ``gpt`` is in ``gpt-5.4`` and ``gpt4o``, not in
    ``gptq``; ``nova`` is in ``amazon/nova-micro-v1``, not in ``innovator``. A model may belong to
    several families (``azure/mistral-large``): the rules of each apply, in order.

    :param name: the family, the first half of its rules' names.
    :param families: words, lower case; a model belongs when one of them is in its name, an alias
        or its publisher. Empty: all models.
    :param rules: name to rule, in the order in which they are applied.
    :param unless: words that exclude a model all the same.
    :param first: as *rules*, but applied before those of any family, to the request as the client
        sent it: what is remembered of a conversation is found by the words and identifiers in it.
    :param remedies: what to send once more when a model complains. They are for any model, since
        one may be of the family and not be called so.
    :param signed: whether the family is sent thought signatures; all others never are.
    """

    name: str
    families: tuple[str, ...]
    rules: Sequence[tuple[str, Rule]]
    unless: tuple[str, ...] = ()
    first: Sequence[tuple[str, Rule]] = ()
    remedies: Sequence[Remedy] = ()
    signed: bool = False

    def concerns(self, target: Target) -> bool:
        """Whether *target*'s model is one of this family."""
        return self.holds(target.names)

    def holds(self, names: str) -> bool:
        """Whether the model that has all these *names*, a line each, is one of this family."""
        if self.unless and _any_word(self.unless).search(names):
            return False
        return not self.families or bool(_any_word(self.families).search(names))


@lru_cache
def _any_word(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z])(?:{'|'.join(map(re.escape, words))})(?![a-z])")
