"""Claude reads tools as Bedrock does, whoever hosts it."""

from . import bedrock
from .quirk import Quirk

QUIRK = Quirk("claude", ("claude", "anthropic"), bedrock.QUIRK.rules)
