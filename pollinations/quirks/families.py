"""
The order in which the quirks are applied.

First what concerns every model, so that the families' rules may rely on it: results stand next to
their calls, and a model without tools has none. The families follow. The rules of two families that
a model belongs to can be applied one after the other; of two forms of identifiers the narrower
comes last.
"""

from . import (
    bedrock,
    claude,
    common,
    deepseek,
    gemini,
    kimi,
    mistral,
    nomnom,
    nova,
    openai,
    signatures,
    toolless,
)
from .quirk import Quirk

QUIRKS: tuple[Quirk, ...] = (
    common.QUIRK,
    signatures.QUIRK,
    toolless.QUIRK,
    gemini.QUIRK,
    nomnom.QUIRK,
    kimi.QUIRK,
    deepseek.QUIRK,
    openai.QUIRK,
    bedrock.QUIRK,
    claude.QUIRK,
    nova.QUIRK,
    mistral.QUIRK,
)
