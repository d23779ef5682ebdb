"""The role is told once."""

from pollinations.stages.role import Role
from pollinations.testing.chunks import chunk, context, passed


def test_a_repeated_role_is_dropped() -> None:
    """As Gemini's are, which come with every delta, the last one included."""
    given = passed(
        Role(context()),
        chunk("Hel", role="assistant"),
        chunk("lo", role="assistant"),
        chunk(finish="stop", role="assistant"),
    )
    assert [one.choices[0]["delta"] for one in given] == [
        {"content": "Hel", "role": "assistant"},
        {"content": "lo"},
        {},
    ]
    assert given[-1].choices[0]["finish_reason"] == "stop"


def test_each_choice_has_its_own() -> None:
    """Whenever its first delta comes."""
    said = [chunk("a", role="assistant"), chunk("b", role="assistant", index=1)]
    assert passed(Role(context(n=2)), *said) == said


def test_a_role_that_is_told_once_leaves_the_chunk_as_it_came() -> None:
    """Wherever it is told; an empty one is none."""
    said = [chunk("a", role=""), chunk("b", role="assistant"), chunk("c", role=None)]
    given = passed(Role(context()), *said)
    assert all(a is b for a, b in zip(given, said, strict=True))


def test_only_what_is_told_again_is_dropped() -> None:
    """In a chunk of several choices, too."""
    both = chunk(role="assistant").with_choices(
        [
            {"index": 0, "delta": {"role": "assistant"}, "finish_reason": None},
            {"index": 1, "delta": {"content": "b"}, "finish_reason": None},
        ]
    )
    _, given = passed(Role(context(n=2)), chunk("a", role="assistant"), both)
    assert [choice["delta"] for choice in given.choices] == [{}, {"content": "b"}]
    assert given.choices[1] is both.choices[1]
