"""Which family a model of the imitation belongs to."""

from ..quirks.quirk import Quirk, Target
from ..routing.route import ENTER, Route


def belongs_to(model: str, family: str) -> bool:
    """Whether the word *family* is in the name of *model*, as a quirk looks for it."""
    target = Target(Route(ENTER, model), remembered={}, seed=int, signed=False)
    return Quirk(family, (family,), ()).concerns(target)
