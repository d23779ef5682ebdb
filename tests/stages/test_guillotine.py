"""A turn that the model plays for the user is found, and nothing else is."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pollinations.stages.guillotine import HELD, TurnWatch, asks_for_turns
from pollinations.testing.chunks import context


def watched(*pieces: str, wanted: bool = False) -> tuple[str, bool]:
    """What may go on of *pieces*, and whether a turn was found."""
    watch, passed, held = TurnWatch(lambda: wanted), "", ""
    for piece in pieces:
        passing = watch.feed(piece)
        if watch.found:
            return passed + (held + piece[:passing] if passing else ""), True
        if passing:
            passed, held = passed + held + piece[:passing], piece[passing:]
        else:
            held += piece
    return passed + held, False


TURNS = [
    ("Done.\nUser: next", "Done.\n"),
    ("Done.\n\nUser: next", "Done.\n\n"),
    ("Done.\n\nuser: next", "Done.\n\n"),
    ("Done.\n  User :next", "Done.\n  "),
    ("Done.\n\tUser\t: next", "Done.\n\t"),
    ("Done.\r\n\r\nUser: next", "Done.\r\n\r\n"),
    ("Done.\n \t\nuser:", "Done.\n \t\n"),
    ("User: hello", ""),
    ("  User:", "  "),
    ("```\ncode\n```\nUser: x", "```\ncode\n```\n"),
    ("````md\n```\n````\nUser: x", "````md\n```\n````\n"),
    ("1. a\n   ~~~sh\n   ls\n   ~~~\nUser: x", "1. a\n   ~~~sh\n   ls\n   ~~~\n"),
    ("`one` and `two`\nUser: x", "`one` and `two`\n"),
    ("```inline```\nUser: x", "```inline```\n"),
    ("``\nUser: x", "``\n"),
    *(
        (text, text.removesuffix("User: x"))
        for text in (
            "1. ```yaml\n   User: root\n   ```\nFini.\nUser: x",
            "10) ~~~\nls\n~~~\nUser: x",
            "- ```\n  a\n  ```\nUser: x",
            "> * ```\n>   User: a\n>   ```\nUser: x",
            "> ```\n> a\n> ```\nUser: x",
            "* `a` and ```b```\nUser: x",
            "- - -\nUser: x",
            "<think>\nUser: asks\n</think>\nDone.\nUser: x",
            "\n<think>User: asks\n\nuser: a</think>User: a\nUser: x",
            "Done.\n<think>\nUser: x",
            "<thinker>\nUser: x",
            "<think>\n```\n</think>\nUser: x",
            "123\nUser: x",
            f"``` {'x' * HELD}\nUser: a\n```\nUser: x",
            f"``` {'x' * HELD}`\nUser: x",
            f"```\n```{' ' * HELD}\nUser: x",
        )
    ),
]

ORDINARY = [
    "The User: field",
    "user: root\npassword: x",
    "image: nginx\nuser: root",
    "services:\n  web:\n    user: root",
    "a:\n\n  user: root",
    "Users: 3",
    "\nUsername: bob",
    "\nUserName: bob",
    "\nUSER: bob",
    "\nUser\n: x",
    "\nUser",
    "\nUse",
    "- User: bob",
    "**User:** bob",
    "> User: bob",
    "`User:` is the label",
    "```\nUser: x\n```",
    "```yaml\nname: x\n\nuser: root\n```",
    "~~~\nUser: x\n~~~",
    "```\nUser: x",
    "````\n```\nUser: x\n````",
    "```\n~~~\nUser: x",
    "```\n``` not the end\nUser: x",
    "1. ```yaml\n   User: root",
    "- ```\nUser: x",
    "* ```sh\nUser: x",
    "> ```\n> a\n\nUser: x",
    "```\n- ```\nUser: x",
    "```\n> ```\nUser: x",
    f"```\n```{' ' * HELD}x\nUser: x",
    f"~~~{' ' * HELD}`\nUser: x",
    "<think>\nUser: asks for it.\n</think>\nHere it is.",
    " \n <think>User: asks\n\nuser: a\nUser: b",
    "<think>User: asks</think>User: a",
    "\nUser is a word",
    "\nUser  " + " " * HELD + ": x",
    "\n" + " " * (HELD + 1) + "User: x",
    "\nu",
    "",
    "\n\n\n",
]


@pytest.mark.parametrize(("text", "left"), TURNS)
def test_turns(text: str, left: str) -> None:
    """End the text just before their line, whole or a character at a time."""
    assert watched(text) == (left, True)
    assert watched(*text) == (left, True)


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text(text: str) -> None:
    """Goes on as it is: YAML, code, labels, and words that begin alike."""
    assert watched(text) == (text, False)
    assert watched(*text) == (text, False)


@pytest.mark.parametrize("text", [text for text, _ in TURNS])
def test_a_transcript_that_was_asked_for_goes_on(text: str) -> None:
    """To its end."""
    assert watched(text + "\nUser: again", wanted=True) == (text + "\nUser: again", False)


@given(
    st.lists(
        st.sampled_from(
            [
                "User",
                "user",
                ":",
                "\n",
                " ",
                "```",
                "~~~",
                "Us",
                "er",
                "x",
                "U",
                "\r\n",
                "- ",
                "1",
                ". ",
                ">",
                "<think>",
                "</think>",
            ]
        ),
        max_size=14,
    ).map("".join),
    st.lists(st.integers(0, 30), max_size=6),
)
def test_cuts_do_not_matter(text: str, cuts: list[int]) -> None:
    """The same is found and the same goes on, wherever the text was cut."""
    edges = [0, *sorted(cut for cut in cuts if cut <= len(text)), len(text)]
    pieces = [text[a:b] for a, b in pairwise(edges) if a < b]
    assert watched(*pieces) == watched(text)
    assert watched(*text) == watched(text)


@pytest.mark.parametrize(
    ("pieces", "passing"),
    [
        (["Hello"], [5]),
        (["Hello\n"], [6]),
        (["Hello\nU"], [6]),
        (["Hello\n", "  Use"], [6, 2]),
        (["Hello\nUser", " "], [6, 0]),
        (["Hello\nUser", "s"], [6, 1]),
        (["Hello\nu"], [7]),
        (["Hello\n\nu"], [7]),
        (["```\nUser:"], [9]),
    ],
)
def test_nothing_but_a_beginning_waits(pieces: list[str], passing: list[int]) -> None:
    """All else goes on at once."""
    watch = TurnWatch(lambda: False)
    assert [watch.feed(piece) for piece in pieces] == passing


@pytest.mark.parametrize(
    ("content", "asked_for"),
    [
        ("User: hi\nBot: hello", True),
        ("Summarize:\n\n  user : hi", True),
        ([{"type": "text", "text": "Go on"}, {"type": "text", "text": "x\nUser: hi"}], True),
        ("The User: field", False),
        ("Write a haiku.", False),
        ([{"type": "image_url", "image_url": {"url": "User: x"}}, None], False),
        (None, False),
        ("\n" * 100_000 + " " * 100_000, False),
    ],
)
def test_the_last_message_may_ask_for_turns(content: Any, asked_for: bool) -> None:
    """By holding such a line itself; earlier ones do not count."""
    earlier = {"role": "user", "content": "User: x"}
    request = context(messages=[earlier, {"role": "user", "content": content}]).request
    assert asks_for_turns(request) is asked_for


def test_knows_what_is_code() -> None:
    """At each place of the text that was last read."""
    watch = TurnWatch(lambda: False)
    assert not watch.in_code(0)
    text = "a\n```\nb\n```\nc\n```\nd"
    watch.feed(text)
    assert [watch.in_code(text.index(letter) + 1) for letter in "abcd"] == [
        False,
        True,
        False,
        True,
    ]
    watch.feed("e")
    assert watch.in_code(0)
    watch.feed("\n```\n")
    assert [watch.in_code(at) for at in (1, 5, 6)] == [True, True, False]


def test_long_texts_take_linear_time() -> None:
    """A megabyte at once, and a hundred thousand tokens."""
    watch = TurnWatch(lambda: False)
    assert watch.feed("word\n" * 200_000) == 1_000_000
    assert sum(watch.feed("\nUx") for _ in range(100_000)) == 300_000
