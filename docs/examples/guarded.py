"""A site with the same door as the proxy: host, origin, token, and how much comes in."""

from typing import Any

from twisted.web.resource import Resource

from pollinations.settings.schema import Listener
from pollinations.web.guard import Guard
from pollinations.web.request import BoundedSite


def guarded(root: Resource, token: str, reactor: Any) -> BoundedSite:
    """A site for *root* that this machine reaches, with *token*."""
    guard = Guard(root, Listener, lambda: token)
    return BoundedSite(guard, Listener, reactor=reactor)
