"""
What the head of a request may look like, and where it ends.

Servers differ in how they read what HTTP does not allow, and where two of them read one request
differently, one can be hidden in another. So what is ambiguous is refused, not mended (RFC 9112
sections 2.2, 3, 5 and 6).
"""

import re

import attrs

from ..errors import InvalidRequest
from .headers import Fields, canonical

LINE = 8 * 1024
"""The most bytes that the first line may have."""

FIELD = 16 * 1024
"""The most bytes that one header may have."""

NAME = 256
"""The most bytes that the name of a header may have. Twisted keeps ten thousand for good."""

HEAD = 32 * 1024
"""The most bytes that the first line and all headers may have."""

FIELDS = 100
"""The most headers that there may be."""

METHODS = "GET, HEAD, POST, OPTIONS"
"""What is served at one path or another."""

CRLF = b"\r\n"

_METHOD = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# A header after the end of the line before it. The value is without blanks around it. Nothing that
# was matched is given up again ("++"), so that no line takes longer than it is long.
_FIELD = re.compile(
    rb"\r\n([!#$%%&'*+.^_`|~0-9A-Za-z-]{1,%d}+):"
    rb"[ \t]*+((?:[!-~\x80-\xff]++|[ \t]++(?=[!-~\x80-\xff]))*+)[ \t]*+" % NAME
)
_FIELDS = re.compile(rb"(?:" + _FIELD.pattern + rb")*+")
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_TARGET = re.compile(rb"/[!\"$-~]*")
_VERSION = re.compile(rb"HTTP/\d\.\d")
_DIGITS = re.compile(rb"\d+", re.ASCII)

# Gateways in front of applications read these as the names with hyphens.
_DISGUISED = frozenset({b"Content_length", b"Transfer_encoding"})


@attrs.define
class Head:
    """
    The head of one request, as far as it has come.

    :param method: as it was written.
    :param target: the path, with what follows ``?``.
    :param version: ``HTTP/1.0`` or ``HTTP/1.1``.
    :param size: how many bytes there were, ends of lines not counted.
    """

    method: bytes
    target: bytes
    version: bytes
    size: int = 0

    fields: Fields = attrs.field(factory=dict, init=False)
    """The headers, by their names as Twisted writes them."""

    length: int | None = attrs.field(default=0, init=False)
    """How many bytes the body has; ``None`` for one that comes in chunks."""

    _count: int = attrs.field(default=0, init=False)

    @classmethod
    def begun(cls, line: bytes) -> "Head":
        """
        The head that begins with *line*, which is without its line ending.

        :raises InvalidRequest: such a request is not served, whatever follows.
        """
        if len(line) > LINE:
            raise too_long(first=True)
        parts = line.split(b" ")
        if len(parts) != 3 or not _METHOD.fullmatch(parts[0]):
            raise InvalidRequest("The first line is not 'METHOD /path HTTP/1.1'.")
        method, target, version = parts
        _check_version(version)
        if not method.isupper() or method == b"CONNECT":
            raise InvalidRequest(f"The methods that are served are {METHODS}.", status=405)
        if not _TARGET.fullmatch(target):
            raise InvalidRequest(
                "The request's target must be a path that begins with '/', percent-encoded."
            )
        return cls(method, target, version, len(line))

    def add(self, lines: bytes) -> None:
        """
        Take the next headers.

        :param lines: any number of them, each after the end of the line before it.
        :raises InvalidRequest: the request is refused for them.
        """
        count = lines.count(CRLF)
        self.size += len(lines) - len(CRLF) * count
        self._count += count
        if self.size > HEAD or (len(lines) > FIELD and max(map(len, lines.split(CRLF))) > FIELD):
            raise too_long(first=False)
        if self._count > FIELDS:
            raise InvalidRequest(f"There are more than {FIELDS} headers.", status=431)
        if not _FIELDS.fullmatch(lines):
            raise _why_not(lines)
        for name, value in _FIELD.findall(lines):
            self.fields.setdefault(canonical(name), []).append(value)
        if not _DISGUISED.isdisjoint(self.fields):
            raise _why_not(lines)

    def end(self, body_limit: int) -> None:
        """
        Check what only the whole head tells: whose it is, and where the body ends.

        :param body_limit: the most bytes that a body may have.
        :raises InvalidRequest: the request is refused for it.
        """
        if len(self.fields.get(b"Host", ())) != 1:
            raise InvalidRequest("There must be one Host header.")
        self._measure(body_limit)
        if any(one.lower() != b"100-continue" for one in self.fields.get(b"Expect", ())):
            raise InvalidRequest("Nothing but '100-continue' can be expected.", status=417)

    @property
    def persistent(self) -> bool:
        """Whether the client may ask more on its connection."""
        said = b",".join(self.fields.get(b"Connection", ())).lower().replace(b",", b" ").split()
        return self.version == b"HTTP/1.1" and b"close" not in said

    @property
    def waits(self) -> bool:
        """Whether the client does not send the body before it is told to."""
        return self.version == b"HTTP/1.1" and self.length != 0 and b"Expect" in self.fields

    def _measure(self, limit: int) -> None:
        lengths = self.fields.get(b"Content-Length", ())
        codings = self.fields.get(b"Transfer-Encoding", ())
        if len(lengths) + len(codings) > 1 or (codings and self.version == b"HTTP/1.0"):
            raise InvalidRequest("It is not clear where the body ends: say so once.")
        if codings:
            self.length = None
            if codings[0].lower() != b"chunked":
                raise InvalidRequest("The only Transfer-Encoding served is 'chunked'.", status=501)
        for length in lengths:
            if not _DIGITS.fullmatch(length):
                raise InvalidRequest("The Content-Length is not a number.")
            # Numbers of thousands of digits are not even read.
            digits = length.lstrip(b"0")
            if len(digits) > 18 or int(digits or b"0") > limit:
                raise too_large(limit)
            self.length = int(digits or b"0")


def check_field(line: bytes) -> None:
    """
    Check one line, a header, which may also stand behind chunks.

    :raises InvalidRequest: that is none.
    """
    match = _FIELD.fullmatch(CRLF + line)
    if match is None and _CONTROL.search(line):
        raise InvalidRequest("A header holds a control character.")
    if match is None and len(line.partition(b":")[0]) > NAME:
        raise InvalidRequest(f"The name of a header is over {NAME} bytes.", status=431)
    if match is None or canonical(match[1]) in _DISGUISED:
        # This is also where a header that is folded over two lines ends up.
        raise InvalidRequest(_NO_HEADER)


_NO_HEADER = "A header is not 'Name: value' on one line."


def _why_not(lines: bytes) -> InvalidRequest:
    """What is wrong with the first header that is none."""
    try:
        for line in lines.split(CRLF)[1:]:
            check_field(line)
    except InvalidRequest as refusal:
        return refusal
    return InvalidRequest(_NO_HEADER)


def too_long(first: bool) -> InvalidRequest:
    """
    The refusal of a head that is too long.

    :param first: whether that is known from its first line.
    """
    if first:
        return InvalidRequest(f"The first line is over {LINE} bytes.", status=414)
    return InvalidRequest(f"A header is over {FIELD} bytes, or all are over {HEAD}.", status=431)


def too_large(limit: int) -> InvalidRequest:
    """The refusal of a body that is over *limit* bytes."""
    words = f"The body is over {limit} bytes; 'listener.bodyLimit' in the settings allows more."
    return InvalidRequest(words, status=413)


def _check_version(version: bytes) -> None:
    if version in (b"HTTP/1.1", b"HTTP/1.0"):
        return
    if _VERSION.fullmatch(version):
        raise InvalidRequest("The versions that are served are HTTP/1.1 and 1.0.", status=505)
    raise InvalidRequest("The first line is not 'METHOD /path HTTP/1.1'.")
