"""DeepSeek wants its thoughts back with its tool calls."""

from . import reasoning
from .quirk import Quirk

QUIRK = Quirk("deepseek", ("deepseek",), (), first=reasoning.FIRST, remedies=reasoning.REMEDIES)
