"""One object of arguments is told from the next, whatever is inside and however it was cut."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pollinations.stages.arguments import Arguments, is_more

CASES = [
    ("", [""]),
    ("{}", ["{}"]),
    ("{}{}", ["{}", "{}"]),
    ('{"a":1} {"b":2}\n{"c":3}', ['{"a":1} ', '{"b":2}\n', '{"c":3}']),
    ('{"a":"}{"}', ['{"a":"}{"}']),
    ('{"a":"\\"}{"}{}', ['{"a":"\\"}{"}', "{}"]),
    ('{"a":"\\\\"}{}', ['{"a":"\\\\"}', "{}"]),
    ('{"a":[{},{}]}{"b":{}}', ['{"a":[{},{}]}', '{"b":{}}']),
    ("[{},{}]", ["[{},{}]"]),
    ("not json", ["not json"]),
    ("}}{", ["}}{"]),
    ('"text"{', ['"text"{']),
]


@pytest.mark.parametrize(("text", "parts"), CASES)
def test_cases(text: str, parts: list[str]) -> None:
    """Objects follow each other; what is in them or is no object is left alone."""
    assert list(Arguments().feed(text)) == parts


OBJECTS = st.lists(
    st.dictionaries(st.text(max_size=3), st.text('{}[]"\\ab\n', max_size=6), max_size=3),
    min_size=1,
    max_size=4,
)


@given(OBJECTS, st.integers(1, 5))
def test_cuts_do_not_matter(objects: list[dict[str, str]], size: int) -> None:
    """The same objects are found in pieces of any size."""
    texts = [orjson.dumps(one).decode() for one in objects]
    text, arguments, found = "".join(texts), Arguments(), [""]
    for at in range(0, len(text), size):
        first, *more = arguments.feed(text[at : at + size])
        found[-1] += first
        found += more
    assert found == texts
    assert arguments.whole


def test_takes_only_what_stays_inside_of_a_string() -> None:
    """That needs no closer look."""
    arguments = Arguments()
    assert not arguments.takes("abc")
    list(arguments.feed('{"a": "b'))
    assert arguments.takes("cd {}")
    assert not arguments.takes('"')
    assert not arguments.takes("\\")
    list(arguments.feed("\\"))
    assert not arguments.takes("n")


@pytest.mark.parametrize(
    ("entry", "more"),
    [
        ({"index": 0, "function": {"arguments": "x"}}, True),
        ({"index": 0, "function": {"arguments": "x", "name": "f"}}, False),
        ({"index": 0, "id": "a", "function": {"arguments": "x"}}, False),
        ({"index": 0, "function": "arguments"}, False),
        (["index", "function"], False),
        (None, False),
    ],
)
def test_more_of_a_call_is_its_arguments_and_nothing_else(entry: object, more: bool) -> None:
    """Whatever else stands in an entry must be looked at."""
    assert is_more(entry) is more
