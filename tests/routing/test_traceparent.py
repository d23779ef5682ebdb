"""``traceparent`` and ``tracestate``, as W3C's recommendation has them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pollinations.routing.traceparent import (
    MEMBERS,
    RANDOM,
    SAMPLED,
    STATE_LIMIT,
    TraceContext,
    begun,
    continued,
    new_span_id,
    new_trace_id,
    parse,
    parse_state,
)

TRACE = "0af7651916cd43dd8448eb211c80319c"
SPAN = "b7ad6b7169203331"
GOOD = f"00-{TRACE}-{SPAN}-01"

VALID = {
    GOOD: SAMPLED,
    f"00-{TRACE}-{SPAN}-00": 0,
    f"00-{TRACE}-{SPAN}-02": RANDOM,
    f"00-{TRACE}-{SPAN}-03": SAMPLED | RANDOM,
    f"00-{TRACE}-{SPAN}-ff": SAMPLED | RANDOM,
    f"00-{TRACE}-{SPAN}-fc": 0,
    f" \t{GOOD}\t ": SAMPLED,
    f"01-{TRACE}-{SPAN}-01": SAMPLED,
    f"cc-{TRACE}-{SPAN}-01-what-the-future-will-be-like": SAMPLED,
    f"cc-{TRACE}-{SPAN}-01-": SAMPLED,
    f"fe-{TRACE}-{SPAN}-00": 0,
}

INVALID = [
    "",
    "garbage",
    f"ff-{TRACE}-{SPAN}-01",
    f"00-{'0' * 32}-{SPAN}-01",
    f"00-{TRACE}-{'0' * 16}-01",
    f"00-{TRACE.upper()}-{SPAN}-01",
    f"00-{TRACE}-{SPAN.upper()}-01",
    f"0A-{TRACE}-{SPAN}-01",
    f"00-{TRACE}-{SPAN}-0A",
    f"00-{TRACE}-{SPAN}-01-more",
    f"00-{TRACE}-{SPAN}-01-",
    f"00-{TRACE}-{SPAN}-01.",
    f"00-{TRACE}-{SPAN}-010",
    f"cc-{TRACE}-{SPAN}-01.what",
    f"cc-{TRACE}-{SPAN}-010",
    f"00-{TRACE}-{SPAN}-1",
    f"00-{TRACE}-{SPAN}",
    f"00-{TRACE}-{SPAN}-",
    f"0-{TRACE}-{SPAN}-01",
    f"000-{TRACE}-{SPAN}-01",
    f"00-{TRACE[1:]}-{SPAN}-01",
    f"00-{TRACE}0-{SPAN}-01",
    f"00-{TRACE}-{SPAN[1:]}-01",
    f"00-{TRACE}-{SPAN}0-01",
    f"00-g{TRACE[1:]}-{SPAN}-01",
    f"00-{TRACE}-.{SPAN[1:]}-01",
    f"..-{TRACE}-{SPAN}-01",
    f"00-{TRACE}-{SPAN}-.1",
    f"00_{TRACE}_{SPAN}_01",
    f"00--{TRACE}-{SPAN}-01",
    f"{GOOD}\n",
    f"{GOOD},{GOOD}",
    f"00-{TRACE[:-1]}\u0661-{SPAN}-01",
    f"00 - {TRACE} - {SPAN} - 01",
]

STATES = {
    (): "",
    ("",): "",
    ("rojo=00f067aa0ba902b7",): "rojo=00f067aa0ba902b7",
    ("a=1,b=2",): "a=1,b=2",
    ("a=1", "b=2"): "a=1,b=2",
    ("a=1 \t,\t b=2",): "a=1,b=2",
    ("a=1,,b=2,",): "a=1,b=2",
    ("tenant@system=x",): "tenant@system=x",
    ("1a@b=x",): "1a@b=x",
    ("a_-*/0=!#$%&'()*+-./:;<>?@[]^_`{|}~",): "a_-*/0=!#$%&'()*+-./:;<>?@[]^_`{|}~",
    ("a=b c",): "a=b c",
    (f"{'k' * 256}=v",): f"{'k' * 256}=v",
    (f"k={'v' * 256}",): f"k={'v' * 256}",
    (",".join(f"k{n}=v" for n in range(MEMBERS)),): ",".join(f"k{n}=v" for n in range(MEMBERS)),
    # One that is wrong makes all of it count for nothing.
    ("a=1,b",): "",
    ("a=1,=2",): "",
    ("a=1,b=",): "",
    ("a=1,B=2",): "",
    ("a=1,1=2",): "",
    ("a=1,b=2=3",): "",
    ("a =1",): "",
    ("a= ",): "",
    ("a=é",): "",
    ("a=\x01",): "",
    ("a@b@c=1",): "",
    ("@b=1",): "",
    ("a@=1",): "",
    (f"a@{'b' * 15}=1",): "",
    (f"{'a' * 242}@b=1",): "",
    (f"{'k' * 257}=v",): "",
    (f"k={'v' * 257}",): "",
    ("a=1,a=2",): "",
    ("a=1", "a=1"): "",
    (",".join(f"k{n}=v" for n in range(MEMBERS + 1)),): "",
}


@pytest.mark.parametrize("header", VALID)
def test_reads_what_is_valid(header: str) -> None:
    """Of a version to come, what is known of it."""
    assert parse([header]) == TraceContext(TRACE, SPAN, VALID[header])


@pytest.mark.parametrize("header", INVALID)
def test_what_is_not_valid_names_no_place(header: str) -> None:
    assert parse([header], ["a=1"]) is None


@pytest.mark.parametrize("headers", [[], [GOOD, GOOD]])
def test_there_is_exactly_one(headers: list[str]) -> None:
    assert parse(headers) is None


@pytest.mark.parametrize("states", STATES)
def test_states(states: tuple[str, ...]) -> None:
    """They are one list, however many headers they came in."""
    assert parse_state(states) == STATES[states]


def test_large_members_go_first() -> None:
    """Then the last ones; what is left keeps its order."""
    small = [f"s{n}={'v' * 47}" for n in range(8)]
    assert parse_state([f"large={'v' * 200}", ",".join(small)]) == ",".join(small)
    many = [f"k{n:02}={'v' * 26}" for n in range(20)]
    assert parse_state([",".join(many)]) == ",".join(many[:16])
    assert parse_state([f"{'k' * 256}={'v' * 256}"]) == ""


@given(
    st.text(max_size=80)
    | st.builds(
        "{:02x}-{:032x}-{:016x}-{:02x}{}".format,
        st.integers(0, 2**8 - 1),
        st.integers(0, 2**128 - 1),
        st.integers(0, 2**64 - 1),
        st.integers(0, 2**8 - 1),
        st.sampled_from(["", "-", "-more", "0"]),
    )
)
def test_what_is_told_can_be_read(header: str) -> None:
    """Whatever came: nothing, or the same trace."""
    found = parse([header])
    if found is not None:
        assert parse([found.child().headers["traceparent"]]).trace_id == found.trace_id


@given(st.lists(st.text("ab@=,; \t", max_size=40), max_size=20))
def test_a_state_is_bounded_and_stays_what_it_is(states: list[str]) -> None:
    found = parse_state(states)
    assert len(found) <= STATE_LIMIT
    assert parse_state([found]) == found


def test_a_part_has_a_span_of_its_own() -> None:
    """In the same trace, with the same to say of it."""
    parent = parse([GOOD], ["a=1"])
    assert parent is not None
    here = continued(parent)
    assert here is not None
    assert (here.trace_id, here.parent_id, here.state) == (TRACE, SPAN, "a=1")
    assert here.span_id != SPAN
    assert here.headers == {"traceparent": f"00-{TRACE}-{here.span_id}-01", "tracestate": "a=1"}
    assert continued(None) is None


def test_a_trace_of_our_own_is_told_to_nobody() -> None:
    here = begun()
    assert here.sampled
    assert (here.parent_id, here.headers, here.child().headers) == ("", {}, {})


def test_identifiers_are_valid_and_differ() -> None:
    spans, traces = ({make() for _ in range(100)} for make in (new_span_id, new_trace_id))
    assert len(spans) == len(traces) == 100
    for span, trace in zip(spans, traces, strict=True):
        assert parse([f"00-{trace}-{span}-00"]) is not None
