"""The models of each universe, as values, from every shape in which they have been listed."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import attrs


@attrs.frozen
class Model:
    """
    What is known of one model.

    :param name: the bare name, which may hold slashes, dots and colons.
    :param aliases: other names that mean it.
    :param publisher: who made it (``google``), or empty.
    :param tools: whether it can call tools; ``None`` when the list does not say.
    :param reasoning: whether it thinks before it answers.
    :param paid_only: whether only purchased pollen buys it.
    :param pricing: pollen per token, by the list's own words (``promptTextTokens``…).
    :param context_length: tokens, or ``None`` when the list does not say.
    :param max_output_tokens: tokens, or ``None`` when the list does not say.
    """

    name: str
    aliases: tuple[str, ...] = ()
    publisher: str = ""
    description: str = ""
    tools: bool | None = None
    reasoning: bool = False
    paid_only: bool = False
    pricing: Mapping[str, float] = attrs.field(factory=dict)
    context_length: int | None = None
    max_output_tokens: int | None = None
    input_modalities: tuple[str, ...] = ("text",)
    output_modalities: tuple[str, ...] = ("text",)


@attrs.frozen
class Catalogue:
    """
    All models that are known, by universe, in the order of their lists.

    :param models: universe to models. A universe without an entry is one whose list nobody has.
    """

    models: Mapping[str, tuple[Model, ...]] = attrs.field(factory=dict)

    def find(self, universe: str, name: str) -> Model | None:
        """The model that *universe* knows as *name*, by its own name first, then by an alias."""
        known = self.models.get(universe, ())
        for model in known:
            if model.name == name:
                return model
        for model in known:
            if name in model.aliases:
                return model
        return None

    def but(self, universe: str, models: Sequence[Model]) -> Self:
        """A copy in which *universe* has these *models*."""
        return attrs.evolve(self, models={**self.models, universe: tuple(models)})


def parse_list(data: Any) -> tuple[Model, ...]:
    """
    The models of one list, in any shape that the service has used.

    :param data: the parsed reply of ``/models`` and its like.
    :raises ValueError: this is not a list of models.
    """
    raise ValueError("not a list of models")
