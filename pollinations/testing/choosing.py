"""Models made of models: one for each turn, each name, each universe, each form of reply."""

from collections.abc import Mapping

import attrs

from .recording import Asked
from .script import Model, Script


@attrs.define(eq=False, init=False)
class InTurn:
    """
    Answers the first request with the first model, the second with the second…

    The last one answers all that follow.
    """

    _models: list[Model]

    def __init__(self, *models: Model) -> None:
        self._models = list(models)

    def __call__(self, asked: Asked) -> Script:
        """What the model whose turn it is replies."""
        model = self._models.pop(0) if len(self._models) > 1 else self._models[0]
        return model(asked)


@attrs.frozen
class ByModel:
    """
    Answers as the model that was asked for.

    :param models: bare name to model.
    :param otherwise: answers for a name that is not there; without one it is a ``KeyError``.
    """

    models: Mapping[str, Model]
    otherwise: Model | None = None

    def __call__(self, asked: Asked) -> Script:
        """What the model of that name replies."""
        if self.otherwise is None:
            return self.models[asked.model](asked)
        return self.models.get(asked.model, self.otherwise)(asked)


@attrs.frozen
class ByUniverse:
    """Answers with one model in the free universe, with another one in enter."""

    free: Model
    enter: Model

    def __call__(self, asked: Asked) -> Script:
        """What the model of that universe replies."""
        return (self.free if asked.universe == "free" else self.enter)(asked)


@attrs.frozen
class Either:
    """Answers with one model where events were asked for, with another one where JSON was."""

    streamed: Model
    whole: Model

    def __call__(self, asked: Asked) -> Script:
        """What the model for that form replies."""
        return (self.streamed if asked.stream else self.whole)(asked)
