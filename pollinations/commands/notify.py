"""Tells those who listen to notifications what a command has changed."""

from .control import Control

TITLE = "Pollinations"


def changed(control: Control, message: str) -> None:
    """Something is set differently now: *message*, a sentence without a key."""
    control.notifications.add("status", "success", TITLE, message)
