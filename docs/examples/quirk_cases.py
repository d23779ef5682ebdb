"""The table of cases of a family of models that takes no system message."""

import pytest

from pollinations.testing.conversations import asked, system, user


@pytest.mark.parametrize(
    ("messages", "expected", "changes"),
    [
        ([user()], [user()], ()),
        ([system("Be brief."), user()], [user("Be brief."), user()], ("oldie.no-system",)),
    ],
)
@pytest.mark.parametrize("name", ["enter/oldie", "enter/acme/vintage-7b"])
def test_the_user_says_it(sanitized, name, messages, expected, changes) -> None:
    """What the system would have said."""
    sent = sanitized(name, asked(*messages, private=True))
    assert (sent.request.messages, sent.changes) == (expected, changes)
