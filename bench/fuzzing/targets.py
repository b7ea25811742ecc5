"""Every fuzzer by its name: the one list that long runs, guided runs and the tests go by."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final

from bench.fuzzing import answers, broker, client, families, files, requests, small_files, wire
from bench.fuzzing.corpora import read_corpus
from bench.fuzzing.fuzzer import Fuzzer, Opening, Read, Round, by_choices, of_documents, opening, opening_round

from bimmerhub.bmw.connecteddrive.remote_xml import decode_xml
from bimmerhub.domain.signals.conditions import read_trouble_codes
from bimmerhub.errors import MalformedPayload
from bimmerhub.mqtt.client_parser import ClientParser
from bimmerhub.mqtt.packets import MalformedPacket, ProtocolVersion
from bimmerhub.mqtt.parser import PacketParser


@contextmanager
def _opened_broker() -> Iterator[Round]:
    with asyncio.Runner() as runner:
        opened = broker.open_broker()
        serving = runner.run(opened.__aenter__())
        try:
            yield lambda rng: runner.run(broker.fuzz_broker(rng, serving.port))
        finally:
            runner.run(opened.__aexit__(None, None, None))


def _plain(round_: Round) -> Opening:
    return opening(by_choices(round_))


def _documents(read: Read, seeds: Sequence[bytes]) -> Opening:
    return opening(of_documents(read, seeds))


def _read_packets(data: bytes) -> None:
    with suppress(MalformedPacket):
        list(PacketParser(max_packet_bytes=broker.LIMIT_BYTES).feed(data))


def _read_answers(data: bytes) -> None:
    for version in ProtocolVersion:
        with suppress(MalformedPacket):
            list(ClientParser(version=version, max_packet_bytes=broker.LIMIT_BYTES).feed(data))


def _read_xml(data: bytes) -> None:
    with suppress(MalformedPayload):
        decode_xml(data)
    with suppress(MalformedPayload):
        read_trouble_codes(data.decode(errors="surrogateescape"))


_ANSWERS: Final = [b"".join(packets) for packets in client.PACKETS.values()]

FUZZERS: Final[dict[str, Opening]] = {
    "stream messages": _plain(wire.fuzz_stream_message),
    "telematicData": _plain(wire.fuzz_telematic_data),
    "service and Check Control": _plain(wire.fuzz_conditions),
    "fault codes": _plain(wire.fuzz_trouble_codes),
    "vendor times": _plain(wire.fuzz_vendor_time),
    "REST answers": opening_round(answers.opened_rest),
    "token answers": opening_round(answers.opened_tokens),
    "captures": opening_round(files.opened_captures),
    "customer archive": _plain(files.fuzz_archive),
    "catalogue list": _plain(files.fuzz_catalogue_list),
    "settings": opening_round(files.opened_settings),
    "MQTT packets": _plain(broker.fuzz),
    "MQTT answers": _plain(client.fuzz),
    "living broker": opening_round(_opened_broker),
    "XML": _documents(_read_xml, [wire.DTC.encode(), *read_corpus("XML")]),
    "packets to a broker": _documents(_read_packets, [b"".join(broker.OLD), b"".join(broker.NEW)]),
    "packets to a client": _documents(_read_answers, _ANSWERS),
    "config file": small_files.opened_config,
    "token file": small_files.opened_tokens,
    "old credentials": small_files.opened_credentials,
    "old variables": small_files.opened_env_file,
    "encrypted file": small_files.opened_sealed,
    "requests to the hub": requests.opened_hub,
    "requests to the emulator": requests.opened_emulator,
    **{
        f"{family} answers": _documents(families.reader(family), read_corpus(f"{family} answers"))
        for family in families.FAMILIES
    },
}


@contextmanager
def opened(name: str) -> Iterator[Fuzzer]:
    """Open the fuzzer of that name."""
    with FUZZERS[name]() as fuzzer:
        yield fuzzer
