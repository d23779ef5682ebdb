"""What goes through pipes comes out as it went in, however it was cut."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pollinations.workers.messages import Decoder, encode

SAID = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.tuples(st.text(), SAID), max_size=5), st.data())
def test_cuts_do_not_matter(said: list[tuple[str, Any]], data: st.DataObject) -> None:
    """The same messages come out wherever the bytes were cut."""
    whole = b"".join(encode(topic, one) for topic, one in said)
    decoder, heard = Decoder(), []
    while whole:
        size = data.draw(st.integers(1, len(whole)))
        heard.extend(decoder.feed(whole[:size]))
        whole = whole[size:]
    assert heard == said


def test_a_message_has_an_end() -> None:
    """What goes on and on is not kept."""
    with pytest.raises(ValueError, match="longer than 100 bytes"):
        list(Decoder(limit=100).feed(b"x" * 101))


@pytest.mark.parametrize("line", [b"nonsense\n", b"[1,2,3]\n", b"17\n"])
def test_what_is_no_message_is_refused(line: bytes) -> None:
    """The other end is not what it should be."""
    with pytest.raises((ValueError, TypeError)):
        list(Decoder().feed(line))
