"""
What the head of a request may look like. No parser: Twisted's reads the lines that pass here.

Servers differ in how they read what HTTP does not allow, and where two of them read one request
differently, one can be hidden in another. So what is ambiguous is refused, not mended (RFC 9112
sections 2.2, 3, 5 and 6).
"""

import re

import attrs

from ..errors import InvalidRequest

LINE = 8 * 1024
"""The most bytes that the first line may have."""

FIELD = 16 * 1024
"""The most bytes that one header may have."""

HEAD = 32 * 1024
"""The most bytes that the first line and all headers may have."""

FIELDS = 100
"""The most headers that there may be."""

METHODS = "GET, HEAD, POST, OPTIONS"
"""What is served at one path or another."""

_METHOD = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t -~\x80-\xff]*)")
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_TARGET = re.compile(rb"/[!\"$-~]*")
_VERSION = re.compile(rb"HTTP/\d\.\d")
_DIGITS = re.compile(rb"\d+", re.ASCII)

# What tells whose the request is, and where it ends.
_FRAMING = frozenset({b"host", b"content-length", b"transfer-encoding", b"expect"})

# Gateways in front of applications read these as the names with hyphens.
_DISGUISED = frozenset({b"content_length", b"transfer_encoding"})


@attrs.define
class Head:
    """
    The head of one request, as far as it has come.

    :param method: as it was written.
    :param target: the path, with what follows ``?``.
    :param version: ``HTTP/1.0`` or ``HTTP/1.1``.
    :param size: how many bytes there were.
    """

    method: bytes
    target: bytes
    version: bytes
    size: int = 0
    _count: int = 0
    _framing: dict[bytes, list[bytes]] = attrs.field(factory=dict)

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

    def add(self, line: bytes) -> None:
        """
        Take the next header.

        :raises InvalidRequest: the request is refused for it.
        """
        self.size += len(line)
        self._count += 1
        if len(line) > FIELD or self.size > HEAD:
            raise too_long(first=False)
        if self._count > FIELDS:
            raise InvalidRequest(f"There are more than {FIELDS} headers.", status=431)
        name, value = field(line)
        if name in _FRAMING:
            self._framing.setdefault(name, []).append(value)

    def end(self, body_limit: int) -> None:
        """
        Check what only the whole head tells: whose it is, and where the body ends.

        :param body_limit: the most bytes that a body may have.
        :raises InvalidRequest: the request is refused for it.
        """
        if len(self._framing.get(b"host", [])) != 1:
            raise InvalidRequest("There must be one Host header.")
        self._check_body(body_limit)
        expected = self._framing.get(b"expect", [])
        if any(one.lower() != b"100-continue" for one in expected):
            raise InvalidRequest("Nothing but '100-continue' can be expected.", status=417)

    def _check_body(self, limit: int) -> None:
        lengths = self._framing.get(b"content-length", [])
        codings = self._framing.get(b"transfer-encoding", [])
        if len(lengths) + len(codings) > 1 or (codings and self.version == b"HTTP/1.0"):
            raise InvalidRequest("It is not clear where the body ends: say so once.")
        if codings and codings[0].lower() != b"chunked":
            raise InvalidRequest("The only Transfer-Encoding served is 'chunked'.", status=501)
        for length in lengths:
            if not _DIGITS.fullmatch(length):
                raise InvalidRequest("The Content-Length is not a number.")
            # Numbers of thousands of digits are not even read.
            digits = length.lstrip(b"0")
            if len(digits) > 18 or int(digits or b"0") > limit:
                raise too_large(limit)


def field(line: bytes) -> tuple[bytes, bytes]:
    """
    Name, in lower case, and value of a header, which may also stand behind chunks.

    :raises InvalidRequest: that is no header.
    """
    match = _FIELD.fullmatch(line)
    if match is None and _CONTROL.search(line):
        raise InvalidRequest("A header holds a control character.")
    if match is None or match[1].lower() in _DISGUISED:
        # This is also where a header that is folded over two lines ends up.
        raise InvalidRequest("A header is not 'Name: value' on one line.")
    return match[1].lower(), match[2].rstrip(b" \t")


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
