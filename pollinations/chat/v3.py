"""
The keys of version 3 of the OpenCode plugin, bit for bit, so that what it remembered is found.

The plugin kept each signature under a 31-bit hash of one message. It reads a message as JavaScript
does: numbers and truth values as ``String(x)`` writes them, fields in the order of their UTF-16
code units, texts without what JavaScript calls white space, everything false as nothing.
"""

import re
from collections.abc import Iterator
from math import inf
from typing import Any

from .digests import Digests

# ECMAScript's WhiteSpace and LineTerminator: neither Python's white space nor Unicode's.
_ASCII_SPACES = b"\t\n\v\f\r "
_OTHER_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]+")


def v3_hash(message: Any) -> str:
    """
    The key under which version 3 kept the signature of the answer to *message*.

    :param message: parsed JSON, of any depth.
    :return: lower-case hexadecimal digits, without leading zeros.
    """
    text = "".join(normalised(message))
    # The texts of a long conversation are hashed once, not at every turn.
    value = _hashes.of(text)
    # The magnitude of a signed 32-bit number.
    return format(min(value, (1 << 32) - value), "x")


def normalised(value: Any) -> Iterator[str]:
    """
    The pieces of the text that is hashed, which tells texts apart and not how they are nested.

    :param value: parsed JSON, of any depth: this does not recurse.
    """
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, _Key):
            yield str(value)
        elif isinstance(value, str):
            yield _without_spaces(value)
        elif isinstance(value, list | tuple):
            waiting.extend(reversed(value))
        elif isinstance(value, dict):
            for key in sorted(value, key=_utf16, reverse=True):
                waiting += (value[key], _Key(key))
        elif value:
            yield "true" if value is True else number(value)


class _Key(str):
    """The name of a field, which keeps its white space."""

    __slots__ = ()


def _without_spaces(text: str) -> str:
    kept = _encoded(text).translate(None, _ASCII_SPACES).decode("utf-8", "surrogatepass")
    return kept if kept.isascii() else _OTHER_SPACES.sub("", kept)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _utf16(text: str) -> bytes:
    # Big-endian, so that bytes are in the order of the units.
    return text.encode("utf-16-be", "surrogatepass")


def number(value: float) -> str:
    """
    What JavaScript's ``String(value)`` gives (ECMA-262, Number::toString).

    :param value: not a NaN.
    """
    value = float(value)
    if value in (inf, -inf):
        return "Infinity" if value > 0 else "-Infinity"
    sign = "-" if value < 0 else ""
    # Python's digits are the shortest that mean the number, as JavaScript's are.
    mantissa, _, exponent = f"{abs(value)!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    point = len(whole) + int(exponent or 0)
    all_digits = whole + fraction
    digits = all_digits.lstrip("0")
    point -= len(all_digits) - len(digits)
    return sign + _placed(digits.rstrip("0"), point)


def _placed(digits: str, point: int) -> str:
    """0.*digits* times ten to the power of *point*."""
    if not digits:
        return "0"
    if 0 < point <= 21:
        return f"{digits[:point]:0<{point}}" + (f".{digits[point:]}" if digits[point:] else "")
    if -6 < point <= 0:
        return f"0.{'0' * -point}{digits}"
    rest = f".{digits[1:]}" if digits[1:] else ""
    return f"{digits[0]}{rest}e{point - 1:+d}"


def _hash(text: str) -> int:
    """
    The sum of all UTF-16 units, each times 31 to the power of its distance from the end.

    Modulo 2**32, and computed on all units at a time: a large integer holds four units, then their
    sum, in each of its lanes of 64 bits, and is folded in half until one lane is left.
    """
    units = text.encode("utf-16-le", "surrogatepass")
    lanes = -(-len(units) // 8)
    # Zeros in front alter nothing.
    packed = int.from_bytes(units.rjust(8 * lanes, b"\0"), "little")
    unit = int.from_bytes(b"\xff\xff\0\0\0\0\0\0" * lanes, "little")
    sums = 29791 * (packed & unit) + 961 * (packed >> 16 & unit)
    sums += 31 * (packed >> 32 & unit) + (packed >> 48 & unit)
    return _folded(sums, lanes)


def _folded(sums: int, lanes: int) -> int:
    word = int.from_bytes(b"\xff\xff\xff\xff\0\0\0\0" * (lanes + 1), "little")
    while lanes > 1:
        if lanes % 2:
            sums, lanes = sums << 64, lanes + 1
        lanes //= 2
        half = (1 << 64 * lanes) - 1
        # 32 bits times 32 bits and 32 more fit in a lane.
        sums = (sums & half) * pow(31, 4 * lanes, 1 << 32) + (sums >> 64 * lanes)
        sums &= word & half
    return sums & 0xFFFFFFFF


_hashes = Digests(_hash)
