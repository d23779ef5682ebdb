"""
Requests that HTTP does not allow, or that servers read differently, and what they are answered.

Each stands alone on its connection, before a server that listens on port 10001 and takes bodies of
up to 2000 bytes. The rules are those of RFC 9110 and 9112; where these leave a choice, the server
refuses.
"""

from collections.abc import Sequence

import attrs

PORT = 10001
BODY_LIMIT = 2000

_HOST = b"Host: localhost\r\n"
_JSON = _HOST + b"Content-Type: application/json\r\n"


@attrs.frozen
class Malformed:
    """
    One of them.

    :param name: what is wrong with it.
    :param sent: its bytes.
    :param status: what it is answered.
    """

    name: str
    sent: bytes
    status: int


def _line(name: str, line: bytes, status: int = 400) -> Malformed:
    return Malformed(name, line + b"\r\n" + _HOST + b"\r\n", status)


def _fields(name: str, *fields: bytes, status: int = 400) -> Malformed:
    head = b"".join(field + b"\r\n" for field in fields)
    return Malformed(name, b"GET /health HTTP/1.1\r\n" + head + b"\r\n", status)


def _framed(name: str, *fields: bytes, body: bytes = b"", status: int = 400) -> Malformed:
    head = b"".join(field + b"\r\n" for field in fields)
    sent = b"POST /v1/chat/completions HTTP/1.1\r\n" + _JSON + head + b"\r\n" + body
    return Malformed(name, sent, status)


def _chunked(name: str, body: bytes, status: int = 400) -> Malformed:
    return _framed(name, b"Transfer-Encoding: chunked", body=body, status=status)


_LINES = (
    _line("HTTP/0.9", b"GET /health"),
    _line("no version", b"GET /health "),
    _line("no target", b"GET HTTP/1.1"),
    _line("an empty target", b"GET  HTTP/1.1"),
    _line("two blanks", b"GET  /health HTTP/1.1"),
    _line("tabs for blanks", b"GET\t/health\tHTTP/1.1"),
    _line("a blank before", b" GET /health HTTP/1.1"),
    _line("a blank after", b"GET /health HTTP/1.1 "),
    _line("a fourth word", b"GET /health HTTP/1.1 more"),
    _line("a blank in the path", b"GET /hea lth HTTP/1.1"),
    _line("NUL in the path", b"GET /hea\x00lth HTTP/1.1"),
    _line("a bell in the path", b"GET /hea\x07lth HTTP/1.1"),
    _line("DEL in the path", b"GET /hea\x7flth HTTP/1.1"),
    _line("raw UTF-8 in the path", "GET /é HTTP/1.1".encode()),
    _line("raw Latin-1 in the path", b"GET /\xe9 HTTP/1.1"),
    _line("a fragment", b"GET /health#part HTTP/1.1"),
    _line("a method with a colon", b"GE:T /health HTTP/1.1"),
    _line("a method with NUL", b"GE\x00T /health HTTP/1.1"),
    _line("a method in lower case", b"get /health HTTP/1.1", 405),
    _line("a tunnel", b"CONNECT evil.example:443 HTTP/1.1", 405),
    _line("a path that begins nowhere", b"GET health HTTP/1.1"),
    _line("a whole URL", b"GET http://localhost/health HTTP/1.1"),
    _line("somebody else's URL", b"GET http://evil.example/health HTTP/1.1"),
    _line("another scheme", b"GET file:///etc/passwd HTTP/1.1"),
    _line("an asterisk", b"OPTIONS * HTTP/1.1"),
    _line("an authority", b"GET localhost:10001 HTTP/1.1"),
    _line("HTTP/2 in clear", b"PRI * HTTP/2.0", 505),
    _line("HTTP/1.2", b"GET /health HTTP/1.2", 505),
    _line("HTTP/3.0", b"GET /health HTTP/3.0", 505),
    _line("http/1.1", b"GET /health http/1.1"),
    _line("HTTP/1.10", b"GET /health HTTP/1.10"),
    _line("HTTP/1", b"GET /health HTTP/1"),
    _line("another protocol", b"GET /health HTPP/1.1"),
    _line("a TLS greeting", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
    _line("a path of 9 KiB", b"GET /" + b"a" * 9 * 1024 + b" HTTP/1.1", 414),
    Malformed("a path without end", b"GET /" + b"a" * 20_000, 414),
    Malformed("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"a" * 32, 400),
    Malformed("two empty lines before", b"\r\n\r\nGET /health HTTP/1.1\r\n" + _HOST + b"\r\n", 400),
)

_HEADERS = (
    _fields("no Host"),
    _fields("two Hosts", b"Host: localhost", b"Host: localhost"),
    _fields("two Hosts that differ", b"Host: localhost", b"host: evil.example"),
    _fields("a Host that is empty", b"Host:"),
    _fields("a Host that is a list", b"Host: localhost, evil.example"),
    _fields("a Host with a blank", b"Host: localhost evil.example"),
    _fields("a Host with a path", b"Host: localhost/health"),
    _fields("a Host with a user", b"Host: user@localhost"),
    _fields("another Host", b"Host: evil.example", status=403),
    _fields("another port", b"Host: localhost:1", status=403),
    _fields("a folded header", b"Host: localhost", b"X-Long: one", b" two"),
    _fields("a folded Host", b"Host: localhost", b"\tevil.example"),
    _fields("a fold to begin with", b" Host: localhost"),
    _fields("a blank before the colon", b"Host : localhost"),
    _fields("a tab before the colon", b"Host: localhost", b"X-A\t: b"),
    _fields("no colon", b"Host: localhost", b"nonsense"),
    _fields("no name", b"Host: localhost", b": value"),
    _fields("a blank in a name", b"Host: localhost", b"X A: b"),
    _fields("a bracket in a name", b"Host: localhost", b"X[A]: b"),
    _fields("UTF-8 in a name", b"Host: localhost", "É: b".encode()),
    _fields("NUL in a name", b"Host: localhost", b"X\x00A: b"),
    _fields("NUL in a value", b"Host: localhost", b"X-A: b\x00c"),
    _fields("an escape in a value", b"Host: localhost", b"X-A: b\x1b[2Jc"),
    _fields("NUL behind blanks", b"Host: localhost", b"X-A:" + b" " * 12_000 + b"\x00"),
    _fields("a bare CR in a value", b"Host: localhost", b"X-A: b\rX-B: c"),
    _fields("a bare LF in a value", b"Host: localhost", b"X-A: b\nX-B: c"),
    _fields("101 headers", b"Host: localhost", *(b"X-%d: a" % n for n in range(100)), status=431),
    _fields("a name of 257 bytes", b"Host: localhost", b"X" * 257 + b": a", status=431),
    _fields("a header of 17 KiB", b"Host: localhost", b"X-A: " + b"a" * 17 * 1024, status=431),
    _fields("64 KiB of headers", b"Host: localhost", *[b"X-A: " + b"a" * 1018] * 64, status=431),
    _fields("expecting something else", b"Host: localhost", b"Expect: money", status=417),
    Malformed("lines that end with LF", b"GET /health HTTP/1.1\nHost: localhost\n\n", 400),
    Malformed("a line that ends with LF", b"GET /health HTTP/1.1\r\nHost: localhost\n\n", 400),
    Malformed("lines that end with CR", b"GET /health HTTP/1.1\rHost: localhost\r\r\r\n\r\n", 400),
    Malformed("HTTP/1.0 without Host", b"GET /health HTTP/1.0\r\n\r\n", 400),
)

_BODIES = (
    _framed("a length with a sign", b"Content-Length: +5", body=b"12345"),
    _framed("a negative length", b"Content-Length: -5", body=b"12345"),
    _framed("a length in hexadecimal", b"Content-Length: 0x5", body=b"12345"),
    _framed("a length with a point", b"Content-Length: 5.0", body=b"12345"),
    _framed("a length with an exponent", b"Content-Length: 1e3", body=b"12345"),
    _framed("a length with a blank", b"Content-Length: 5 0", body=b"12345"),
    _framed("a length with an underscore", b"Content-Length: 1_0", body=b"12345"),
    _framed("a length in Arabic digits", "Content-Length: ٥".encode(), body=b"12345"),
    _framed("an empty length", b"Content-Length:", body=b"12345"),
    _framed("a list of lengths", b"Content-Length: 5, 5", body=b"12345"),
    _framed("two equal lengths", b"Content-Length: 5", b"Content-Length: 5", body=b"12345"),
    _framed("two lengths", b"Content-Length: 5", b"Content-Length: 6", body=b"12345"),
    _framed("a disguised length", b"Content_Length: 5", body=b"12345"),
    _framed("a length over the limit", b"Content-Length: 2001", status=413),
    _framed("a length of 20 digits", b"Content-Length: 18446744073709551616", status=413),
    _framed("a length of 5000 digits", b"Content-Length: " + b"9" * 5000, status=413),
    _framed(
        "a length, then chunks",
        *(b"Content-Length: 5", b"Transfer-Encoding: chunked"),
        body=b"0\r\n\r\n",
    ),
    _framed(
        "chunks, then a length",
        *(b"Transfer-Encoding: chunked", b"Content-Length: 5"),
        body=b"0\r\n\r\n",
    ),
    _framed("chunks twice", *[b"Transfer-Encoding: chunked"] * 2, body=b"0\r\n\r\n"),
    _framed("chunked chunks", b"Transfer-Encoding: chunked, chunked", status=501),
    _framed("chunks that are compressed", b"Transfer-Encoding: gzip, chunked", status=501),
    _framed("chunks that are not last", b"Transfer-Encoding: chunked, identity", status=501),
    _framed("no coding at all", b"Transfer-Encoding: identity", status=501),
    _framed("an empty coding", b"Transfer-Encoding:", status=501),
    _framed("a coding of its own", b"Transfer-Encoding: xchunked", status=501),
    _framed("a coding with a vertical tab", b"Transfer-Encoding: \x0bchunked"),
    _framed("a disguised coding", b"Transfer_Encoding: chunked", body=b"0\r\n\r\n"),
    Malformed(
        "chunks in HTTP/1.0",
        b"POST / HTTP/1.0\r\n" + _JSON + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    _chunked("a chunk size with a sign", b"+5\r\n12345\r\n0\r\n\r\n"),
    _chunked("a negative chunk size", b"-5\r\n12345\r\n0\r\n\r\n"),
    _chunked("a chunk size with 0x", b"0x5\r\n12345\r\n0\r\n\r\n"),
    _chunked("a chunk size with a blank before", b" 5\r\n12345\r\n0\r\n\r\n"),
    _chunked("a chunk size with a blank after", b"5 \r\n12345\r\n0\r\n\r\n"),
    _chunked("a chunk size with an underscore", b"1_0\r\n1234567890123456\r\n0\r\n\r\n"),
    _chunked("no chunk size", b"\r\n12345\r\n0\r\n\r\n"),
    _chunked("a chunk size of letters", b"xyz\r\n12345\r\n0\r\n\r\n"),
    _chunked("a chunk size that ends with LF", b"5\n12345\r\n0\r\n\r\n"),
    _chunked("a chunk longer than its size", b"5\r\n123456789\r\n0\r\n\r\n"),
    _chunked("a chunk size line without end", b"5;" + b"a" * 2000),
    _chunked("NUL in an extension", b"5;a=\x00\r\n12345\r\n0\r\n\r\n"),
    _chunked("LF in an extension", b"5;a=\n\r\n12345\r\n0\r\n\r\n"),
    _chunked("a trailer that is none", b"5\r\n12345\r\n0\r\nGET /health HTTP/1.1\r\n\r\n"),
    _chunked("a folded trailer", b"5\r\n12345\r\n0\r\nX-A: b\r\n c\r\n\r\n"),
    _chunked("a trailer with NUL", b"5\r\n12345\r\n0\r\nX-A: \x00\r\n\r\n"),
    _chunked("trailers of 5 KiB", b"0\r\n" + b"X:\r\n" * 1280 + b"\r\n"),
    _chunked("trailers without end", b"0\r\n" + (b"X-A: " + b"a" * 1000 + b"\r\n") * 70),
    _chunked("chunks over the limit", b"3e8\r\n" + b"x" * 1000 + b"\r\n7d0\r\n" + b"x" * 2000, 413),
)

MALFORMED: Sequence[Malformed] = _LINES + _HEADERS + _BODIES
"""All of them."""
