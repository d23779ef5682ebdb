"""
What one does from a shell, with the running proxy or with its files.

A new command of a chat is a command here without being named. One that belongs to the shell alone
is one new file and one name here.
"""

import click

from .completion import completion
from .connect import connect
from .doctor.command import doctor
from .help import help_
from .service import service
from .setup import setup
from .token import token
from .verbs import COMMANDS as VERBS

COMMANDS: tuple[click.Command, ...] = (
    *VERBS,
    connect,
    setup,
    service,
    doctor,
    token,
    completion,
    help_,
)
"""All of them, in the order in which ``--help`` tells of them."""
