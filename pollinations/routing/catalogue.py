"""The models of each universe, as values."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Self

import attrs
import orjson

from .model_list import Model, parse_list

__all__ = ["Catalogue", "Model", "parse_list"]


@attrs.frozen
class Catalogue:
    """
    All models that are known, by universe, in the order of their lists.

    :param models: universe to models. A universe without an entry is one whose list nobody has.
    """

    models: Mapping[str, tuple[Model, ...]] = attrs.field(factory=dict)

    def find(self, universe: str, name: str) -> Model | None:
        """The model that *universe* knows as *name*, by its own name first, then by an alias."""
        return self._index.get((universe, name))

    def but(self, universe: str, models: Sequence[Model]) -> Self:
        """A copy in which *universe* has these *models*."""
        return attrs.evolve(self, models={**self.models, universe: tuple(models)})

    def over(self, other: "Catalogue") -> Self:
        """A copy that has *other*'s lists where this one has none."""
        return attrs.evolve(self, models={**other.models, **self.models})

    def to_json(self) -> bytes:
        """The catalogue as it is kept on disk."""
        return orjson.dumps({"models": self.models}, default=attrs.asdict)

    @classmethod
    def from_json(cls, data: bytes) -> Self:
        """
        The catalogue that :meth:`to_json` wrote. A list in it that cannot be read is left out.

        :raises ValueError: this is no catalogue.
        """
        found = orjson.loads(data)
        lists = found.get("models") if isinstance(found, dict) else None
        if not isinstance(lists, dict):
            raise ValueError("not a catalogue")
        return cls({universe: models for universe in lists if (models := _kept(lists[universe]))})

    @cached_property
    def _index(self) -> Mapping[tuple[str, str], Model]:
        """(universe, name) to model: an own name goes before an alias, the first before others."""
        index: dict[tuple[str, str], Model] = {}
        for universe, models in self.models.items():
            for model in models:
                index.setdefault((universe, model.name), model)
            for model in models:
                for alias in model.aliases:
                    index.setdefault((universe, alias), model)
        return index


def _kept(data: Any) -> tuple[Model, ...]:
    """A list as :meth:`Catalogue.to_json` wrote it: one of the shapes that lists come in."""
    try:
        return parse_list(data)
    except ValueError:
        return ()
