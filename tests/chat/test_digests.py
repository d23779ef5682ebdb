"""Results that are kept without the texts they are of."""

from hypothesis import given
from hypothesis import strategies as st

from pollinations.chat import memory, v3
from pollinations.chat.digests import Digests


@given(st.lists(st.lists(st.text(), min_size=1, max_size=2)))
def test_results_are_those_of_the_function(asked: list[list[str]]) -> None:
    """Whatever was asked before, and however little is kept."""
    digests = Digests(lambda *texts: texts, limit=3)
    assert [digests.of(*texts) for texts in asked] == [tuple(texts) for texts in asked]


def test_a_text_is_read_once() -> None:
    """As long as its result is kept; the oldest makes room."""
    read: list[str] = []

    def length(text: str) -> int:
        read.append(text)
        return len(text)

    digests = Digests(length, limit=2)
    for text in ("a", "b", "a", "b", "c", "b", "a"):
        digests.of(text)
    assert read == ["a", "b", "c", "a"]


def test_no_prompt_stays_in_memory() -> None:
    """Of what was hashed nothing is held when the request is over."""
    secret = "a prompt that is nobody's business"
    memory.prompt_key([{"role": "user", "content": f"{secret}, said once"}])
    v3.v3_hash({"role": "user", "content": f"{secret}, said twice"})
    kept = [memory._said._kept, v3._hashes._kept]
    assert all(kept)
    assert "nobody" not in repr(kept)
