"""
What each family of models accepts, one small file per family. No Twisted here.

:data:`QUIRKS` holds them in the order in which they are applied.
"""

from ..chat.request import Remedy
from .families import QUIRKS
from .quirk import Quirk, Target
from .sanitizer import QuirkSanitizer

__all__ = ["QUIRKS", "Quirk", "QuirkSanitizer", "Remedy", "Target"]
