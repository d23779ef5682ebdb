"""
What a model's name means: which universe, and the bare name there.

A bare name may hold slashes, dots and colons (``openai/gpt-5.4``, ``gemini-2.5-flash-lite:search``)
and is never split: only the prefixes below are taken off, and only once.
"""

from typing import Final

import attrs

from ..errors import InvalidRequest
from .catalogue import Catalogue
from .route import ENTER, FREE

PREFIXES: Final = {
    "enter/": ENTER,
    "free/": FREE,
    "pollinations/enter/": ENTER,
    "pollinations/free/": FREE,
}
"""What a name may begin with, in any letter case; the longer ones are of older versions."""


@attrs.frozen
class Name:
    """
    A model's name, taken apart.

    :param universe: the universe that it names, or ``None`` for a bare name.
    :param model: what is left when the prefix is taken off.
    """

    universe: str | None
    model: str


def parse(name: str) -> Name:
    """
    Take *name* apart.

    :raises InvalidRequest: 404, there is nothing but a prefix.
    """
    name = name.strip()
    lowered = name.lower()
    for prefix, universe in PREFIXES.items():
        if lowered.startswith(prefix):
            return Name(universe, _nonempty(name[len(prefix) :], name))
    return Name(None, _nonempty(name, name))


def _nonempty(model: str, name: str) -> str:
    if not model:
        raise InvalidRequest(
            f"'{name}' names no model.", param="model", status=404, code="model_not_found"
        )
    return model


def resolve(name: str, catalogue: Catalogue, has_key: bool) -> tuple[str, str]:
    """
    The universe and the bare name that *name* means.

    A bare name means the free model, then the one that a key can buy, then the free universe, which
    will say itself that it does not know it: the cheap way first.

    :raises InvalidRequest: 404, there is nothing but a prefix.
    """
    parsed = parse(name)
    if parsed.universe is not None:
        return parsed.universe, parsed.model
    if catalogue.find(FREE, parsed.model):
        return FREE, parsed.model
    if has_key and catalogue.find(ENTER, parsed.model):
        return ENTER, parsed.model
    return FREE, parsed.model
