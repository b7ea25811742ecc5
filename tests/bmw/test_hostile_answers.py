"""Answers that are too long, or become it when they are unpacked."""

import gzip
import zlib
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web

from bimmerhub.bmw.answers.json_size import check_json_size
from bimmerhub.bmw.answers.lenient_structs import decode_document, members_in
from bimmerhub.bmw.answers.xml_tree import MOST_PARTS, parse_xml
from bimmerhub.bmw.cardata import Endpoints
from bimmerhub.bmw.http import LARGEST_ANSWER_BYTES, AnswerLost, fetch, open_session
from bimmerhub.errors import MalformedPayload

Serve = Callable[[Callable[[web.Request], Awaitable[web.StreamResponse]]], Awaitable[str]]
PLAIN = b'{"n": 1}' * 1_000
BARE = zlib.compressobj(wbits=-15)
PACKED = {
    "gzip": gzip.compress(PLAIN, mtime=0),
    "deflate": zlib.compress(PLAIN),
    "Deflate": BARE.compress(PLAIN) + BARE.flush(),
    "identity": PLAIN,
}


async def body_of(serve: Serve, body: bytes, packing: str) -> bytes:
    async def answer(request: web.Request) -> web.Response:
        assert request.headers["Accept-Encoding"] == "gzip, deflate"
        return web.Response(body=body, headers={"Content-Encoding": packing})

    url = await serve(answer)
    async with open_session() as session:
        return (await fetch(session, "GET", url, tls=Endpoints().ssl_context())).body


@pytest.mark.parametrize("packing", PACKED)
async def test_packed_answer_is_unpacked(serve: Serve, packing: str) -> None:
    assert await body_of(serve, PACKED[packing], packing) == PLAIN


@pytest.mark.parametrize(
    ("body", "packing", "message"),
    [
        (gzip.compress(bytes(LARGEST_ANSWER_BYTES + 1), mtime=0), "gzip", "more than 16 MiB"),
        (bytes(LARGEST_ANSWER_BYTES + 1), "identity", "more than 16 MiB"),
        (PACKED["gzip"][:-9], "gzip", "cut off"),
        (PLAIN, "gzip", "cannot be unpacked"),
        (PLAIN, "br", "not asked for"),
    ],
    ids=["bomb", "long", "cut off", "not packed", "other packing"],
)
async def test_answer_that_is_a_bomb_or_broken_is_none(serve: Serve, body: bytes, packing: str, message: str) -> None:
    with pytest.raises(AnswerLost, match=message):
        await body_of(serve, body, packing)


@pytest.mark.parametrize("body", [b"[" + b"[]," * 400_000 + b"[]]", b"[" + b"1," * 1_100_000 + b"1]"])
def test_json_that_becomes_too_much_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedPayload, match="more values"):
        decode_document(body)
    assert members_in(b'{"a":' + body + b"}") == {}
    check_json_size(b"[" + b"[]," * 1_000 + b"[]]")


def declared(text: str, encoding: str, *, mark: bytes = b"") -> bytes:
    return mark + text.encode(encoding)


DOCUMENT_TYPE = "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"


@pytest.mark.parametrize(
    "content",
    [
        declared(DOCUMENT_TYPE, "utf-8"),
        declared(DOCUMENT_TYPE, "utf-8", mark=b"\xef\xbb\xbf"),
        declared(DOCUMENT_TYPE, "utf-16"),
        declared(DOCUMENT_TYPE, "utf-16-le"),
        declared(DOCUMENT_TYPE, "utf-16-be", mark=b"\xfe\xff"),
        declared(DOCUMENT_TYPE, "utf-32"),
        b"<?xml version='1.0' encoding='cp037'?>" + DOCUMENT_TYPE.encode("cp037"),
        b"<?xml version='1.0' encoding='utf-7'?>" + DOCUMENT_TYPE.encode(),
        b"<?xml version='1.0' encoding='no-such'?><a/>",
        b"<!DOCTYPE a SYSTEM 'file:///etc/hostname'><a/>",
        b"<a>" * 33 + b"</a>" * 33,
        b"<a>" + b"<b/>" * MOST_PARTS + b"</a>",
        b"<a " + b" ".join(b"n%d=''" % number for number in range(MOST_PARTS)) + b"/>",
        b"<a>" + b"x" * (4 << 20) + b"</a>",
        b"",
        b"<a>",
        b"<a></b>",
        b"<a>\x00</a>",
    ],
)
def test_xml_that_declares_or_becomes_too_much_is_malformed(content: bytes) -> None:
    with pytest.raises(MalformedPayload):
        parse_xml(content, largest_bytes=4 << 20)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_plain_xml_in_any_usual_encoding_is_read(encoding: str) -> None:
    text = f"<?xml version='1.0' encoding='{encoding.removesuffix('-sig')}'?><a b='\u00fc'><c>x</c></a>"
    root = parse_xml(text.encode(encoding), largest_bytes=1 << 20)
    assert (root.tag, root.get("b"), root.findtext("c")) == ("a", "\u00fc", "x")
