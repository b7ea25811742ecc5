"""How BMW's answers differ from the emulator's: status, formats, members, kinds and words."""

from collections.abc import Iterator, Mapping, Sequence

from bimmerhub.views.wire import Kinds, WireAnswer, WireExchange, WireStream

_PASSING = frozenset({"age", "content-length", "date", "etag", "expires", "last-modified"})
"""Headers that come and go."""
_EMPTY = frozenset({"null", "empty list", "empty text"})
"""What every member may be: a car has less than another."""


def find_differences(bmw: WireAnswer, emulator: WireAnswer) -> list[str]:
    """Return each difference in one sentence: what BMW does, and what the emulator does instead."""
    differences: list[str] = []
    answers = _by_question(emulator.exchanges)
    for asked, exchanges in _by_question(bmw.exchanges).items():
        if asked not in answers:
            differences.append(f"{asked}: the emulator was not asked")
        else:
            differences += [f"{asked}: {what}" for what in _compare(exchanges[-1], answers[asked][-1])]
    if bmw.stream is not None and emulator.stream is not None and bmw.stream.not_asked is None:
        differences += [f"stream: {what}" for what in _compare_streams(bmw.stream, emulator.stream)]
    return differences


def _by_question(exchanges: Sequence[WireExchange]) -> dict[str, list[WireExchange]]:
    asked: dict[str, list[WireExchange]] = {}
    for exchange in exchanges:
        asked.setdefault(exchange.asked, []).append(exchange)
    return asked


def _compare(bmw: WireExchange, emulator: WireExchange) -> Iterator[str]:
    if bmw.status is None:
        yield f"BMW gave no answer ({bmw.error})"
        return
    if (bmw.status, bmw.code) != (emulator.status, emulator.code):
        yield f"BMW answers {_said(bmw)}, the emulator {_said(emulator)}"
        if bmw.status != emulator.status:
            return  # of another answer everything differs
    for name in sorted(bmw.headers.keys() - emulator.headers.keys() - _PASSING):
        yield f"BMW sends the header {name} ({bmw.headers[name]}), the emulator does not"
    for name in sorted(emulator.headers.keys() - bmw.headers.keys() - _PASSING):
        yield f"the emulator sends the header {name}, BMW does not"
    for name in sorted((bmw.headers.keys() & emulator.headers.keys()) - _PASSING):
        if bmw.headers[name] != emulator.headers[name]:
            yield f"BMW's header {name} is {bmw.headers[name]}, the emulator's {emulator.headers[name]}"
    yield from _compare_bodies(bmw.body, emulator.body)


def _compare_bodies(bmw: Kinds, emulator: Kinds) -> Iterator[str]:
    for path, kinds in bmw.items():
        if path not in emulator:
            if not _is_below_missing(path, emulator, bmw):
                yield f"BMW has {path or 'a body'} ({', '.join(kinds)}), the emulator does not"
        elif new := set(kinds) - set(emulator[path]) - _EMPTY:
            others = ", ".join(emulator[path])
            yield f"{path or 'the body'} is {', '.join(sorted(new))} at BMW, {others} at the emulator"
    for path in emulator:
        if path not in bmw and not _is_below_missing(path, bmw, emulator):
            yield f"the emulator has {path} ({', '.join(emulator[path])}), BMW does not"


def _is_below_missing(path: str, other: Kinds, own: Kinds) -> bool:
    """Tell whether what holds a member is missing or empty on the other side too: then that was said already."""
    above = path.removesuffix("[]") if path.endswith("[]") else path.rpartition(".")[0]
    if above == path or (above not in own and above):
        return False
    return above not in other or not {"object", "list"} & set(other[above])


def _compare_streams(bmw: WireStream, emulator: WireStream) -> Iterator[str]:
    for name, own, others in (
        ("CONNACK", bmw.connack_code, emulator.connack_code),
        ("SUBACK", bmw.suback_code, emulator.suback_code),
    ):
        if own != others:
            yield f"BMW's {name} is {own}, the emulator's {others}"
    yield from _compare_words(bmw.connack, emulator.connack)
    if bmw.ended is not None:
        yield f"BMW ended the connection: {bmw.ended}"
    if bmw.messages and emulator.messages:
        if topics := sorted(set(bmw.topics) - set(emulator.topics)):
            yield f"BMW's topics are {', '.join(topics)}, the emulator's {', '.join(emulator.topics)}"
        yield from _compare_bodies(bmw.body, emulator.body)


def _compare_words(bmw: Mapping[str, str], emulator: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(bmw.keys() & emulator.keys()):
        if bmw[name] != emulator[name]:
            yield f"CONNACK's {name} is {bmw[name]!r} at BMW, {emulator[name]!r} at the emulator"


def _said(exchange: WireExchange) -> str:
    return f"{exchange.status}{f' {exchange.code}' if exchange.code else ''}"
