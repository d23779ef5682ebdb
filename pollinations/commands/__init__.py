"""
The commands that are understood in a chat and in a shell, each in a file of its own.

A new command is one new file and one name here.
"""

from .config import CONFIG
from .connect import CONNECT
from .fallback import FALLBACK
from .help import with_help
from .mode import MODE
from .models import MODELS
from .retry import RETRY
from .status import STATUS
from .usage import USAGE
from .verb import Verb
from .why import WHY

VERBS: tuple[Verb, ...] = with_help(
    (
        MODE,
        USAGE,
        STATUS,
        FALLBACK,
        CONFIG,
        CONNECT,
        MODELS,
        WHY,
        RETRY,
    )
)
"""All of them, in the order in which ``help`` tells of them; ``help`` itself is the last."""
