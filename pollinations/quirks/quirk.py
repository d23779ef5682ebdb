"""What a quirk is: names, and rules that are pure functions of a request."""

from collections.abc import Callable, Mapping, Sequence

import attrs

from ..chat.request import ChatRequest
from ..routing.route import Route


@attrs.frozen
class Target:
    """
    Whom a request is made ready for, and what a rule may need to know to do it.

    :param route: the universe, the model, and what the catalogue says of it.
    :param remembered: key to what a signature store kept under it.
    :param seed: gives a random seed.
    """

    route: Route
    remembered: Mapping[str, str] = attrs.field(factory=dict)
    seed: Callable[[], int] = lambda: 0


Rule = Callable[[ChatRequest, Target], ChatRequest]
"""Returns the request itself when it has nothing to mend, else a changed copy."""


@attrs.frozen
class Quirk:
    """
    One family's quirks.

    :param name: the family, the first half of its rules' names.
    :param families: words, lower case; a model belongs when one of them is in its name, an alias
        or its publisher. Empty: all models.
    :param rules: name to rule, in the order in which they are applied.
    """

    name: str
    families: tuple[str, ...]
    rules: Sequence[tuple[str, Rule]]

    def concerns(self, target: Target) -> bool:
        """Whether *target*'s model is one of this family."""
        if not self.families:
            return True
        route = target.route
        names = [route.model]
        if route.entry is not None:
            names += [route.entry.name, *route.entry.aliases, route.entry.publisher]
        return any(word in name.lower() for word in self.families for name in names)
