"""The decision: where a request goes, and why it is not where it was sent."""

from typing import Final

import attrs

from .catalogue import Model

FREE: Final = "free"
"""The universe that needs no key."""

ENTER: Final = "enter"
"""The universe that wants a key and spends pollen."""


@attrs.frozen
class Route:
    """
    Where a request goes.

    :param universe: the name of an upstream: ``free``, ``enter``, or one of somebody else's.
    :param model: the bare name that this upstream knows the model by.
    :param reason: why this is not what was asked for; empty when it is.
    :param entry: what the catalogue says of the model; ``None`` when it does not know it.
    :param rescue: whether this takes over from a model that was asked and failed. Nobody takes
        over from a rescue: when it fails too, the first failure is the answer.
    :param cause: the reason in a word, for whoever counts.
    """

    universe: str
    model: str
    reason: str = ""
    entry: Model | None = None
    rescue: bool = False
    cause: str = ""

    @property
    def name(self) -> str:
        """The model's full name, as a client would write it."""
        return f"{self.universe}/{self.model}"

    @property
    def key(self) -> tuple[str, str]:
        """The universe and the model's own name, whichever alias was used: who is cooling down."""
        return self.universe, self.entry.name if self.entry else self.model
