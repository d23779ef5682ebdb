"""
What each family of models accepts, one small file per family. No Twisted here.

:data:`QUIRKS` holds them in the order in which they are applied.
"""

from .quirk import Quirk
from .sanitizer import QuirkSanitizer

QUIRKS: tuple[Quirk, ...] = ()

__all__ = ["QUIRKS", "Quirk", "QuirkSanitizer"]
