"""
The commands that are understood in a chat and in a shell, each in a file of its own.

A new command is one new file and one name here.
"""

from .mode import MODE
from .verb import Verb

VERBS: tuple[Verb, ...] = (MODE,)
"""All of them, in the order in which ``help`` tells of them."""
