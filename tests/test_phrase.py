"""A sentence, in each language."""

import pytest

from pollinations.phrase import Phrase


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Mode : pro", "Mode\xa0: pro"),
        ("Rien ; rien !", "Rien\xa0; rien\xa0!"),
        ("« Ici » ?", "«\xa0Ici\xa0»\xa0?"),
        ("25 %", "25\xa0%"),
        ("à 12:00, `a:b`", "à 12:00, `a:b`"),
        ("{a} : {b}", "A\xa0: B"),
    ],
)
def test_no_line_of_french_begins_with_a_sign(written: str, said: str) -> None:
    """Its signs stand apart from their words, and never alone."""
    assert Phrase("", written)("fr", a="A", b="B") == said


def test_english_stays_as_it_is() -> None:
    assert Phrase("a : {a}", "")("en", a=1) == "a : 1"
