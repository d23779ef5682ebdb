"""What somebody may have meant."""

from collections.abc import Iterable
from difflib import get_close_matches

from ..phrase import Language, Phrase

LONGEST = 64
"""Longer words than this are like none: comparing them takes long."""

_MEANT = Phrase(" Did you mean `{name}`?", " Vouliez-vous dire `{name}` ?")


def near(word: str, names: Iterable[str], most: int = 3) -> list[str]:
    """
    Those of *names* that are most like *word*, the nearest first: written nearly so, then those
    that it is a part of.
    """
    if len(word) > LONGEST:
        return []
    known = {name.lower(): name for name in names}
    word = word.lower()
    alike = get_close_matches(word, known, n=most, cutoff=0.6)
    within = [name for name in known if len(word) > 1 and word in name and name not in alike]
    return [known[name] for name in (*alike, *within)][:most]


def meant(word: str, names: Iterable[str], language: Language) -> str:
    """A question for the one of *names* that is most like *word*, or nothing."""
    return "".join(_MEANT(language, name=name) for name in near(word, names, 1))
