"""Listeners of the benchmarks, as processes of their own. Two do as little as possible: they count bytes.

`one PORT CA QOS MESSAGES VERSION` is one blocking socket; CA "-" means plain TCP. `many PORT CA SESSIONS MESSAGES` is
that many TLS sessions, of which number n listens to the topic `car/n`. `client PORT CA QOS MESSAGES VERSION` is our own
client, which takes every message. All print a JSON line when they listen and one when all messages are there.
"""

import asyncio
import json
import socket
import ssl
import sys
import time
from typing import cast

import uvloop
from bench.brokerside import PAYLOAD_BYTES

from bimmerhub.mqtt.client import open_client
from bimmerhub.mqtt.packets import Connect, ProtocolVersion

CONNECT = {4: b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x00\x00\x00", 5: b"\x10\x0d\x00\x04MQTT\x05\x02\x00\x00\x00\x00\x00"}
AT_ONCE = 50


def subscribe(topic: str, qos: int, version: int) -> bytes:
    """Return a SUBSCRIBE for one topic."""
    properties = b"\0" if version == 5 else b""
    body = b"\0\x01" + properties + len(topic).to_bytes(2, "big") + topic.encode() + bytes((qos,))
    return bytes((0x82, len(body))) + body


def frame_bytes(topic: str, qos: int, version: int) -> int:
    """Return the size of each message's packet."""
    return 3 + 2 + len(topic) + 2 * qos + (version == 5) + PAYLOAD_BYTES


def listen_alone(port: int, ca_file: str, *, qos: int, messages: int, version: int) -> None:
    """Take messages of one topic; acknowledge each read's messages in one write."""
    link: socket.socket = socket.create_connection(("127.0.0.1", port))
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if ca_file != "-":
        link = ssl.create_default_context(cafile=ca_file).wrap_socket(link, server_hostname="127.0.0.1")
    link.sendall(CONNECT[version])
    link.recv(4096)
    link.sendall(subscribe("car/0", qos, version))
    link.recv(4096)
    print(json.dumps({"is_listening": True}), flush=True)
    size, buffer = frame_bytes("car/0", qos, version), bytearray(262_144)
    missing, held, started = messages * size, 0, 0.0
    while missing > 0:
        count = link.recv_into(memoryview(buffer)[held:])
        if not count:
            break
        started = started or time.perf_counter()
        missing -= count
        held = held + count if qos else 0
        if held >= size:
            whole = held // size
            link.sendall(b"".join(b"\x40\x02" + buffer[10 + n * size : 12 + n * size] for n in range(whole)))
            held -= whole * size
            buffer[:held] = buffer[whole * size : whole * size + held]
    elapsed_s = time.perf_counter() - started
    print(json.dumps({"received": messages - missing // size, "seconds": round(elapsed_s, 3)}), flush=True)


async def listen_with_our_client(port: int, ca_file: str, *, qos: int, messages: int, version: int) -> None:
    """Take messages as the hub does, in batches; tell the processor time that each one costs."""
    context = None if ca_file == "-" else ssl.create_default_context(cafile=ca_file)
    async with await open_client("127.0.0.1", port, tls=context) as client:
        await client.log_in(
            Connect(version=ProtocolVersion(version), client_id="", clean_session=True, keep_alive_s=30)
        )
        await client.subscribe("car/0", qos=qos)
        print(json.dumps({"is_listening": True}), flush=True)
        received, batches = len(await client.receive()), 1
        started, cpu_before = time.perf_counter(), time.process_time()
        while received < messages:
            received += len(await client.receive())
            batches += 1
        elapsed_s, cpu_s = time.perf_counter() - started, time.process_time() - cpu_before
        figures = {
            "received": received,
            "seconds": round(elapsed_s, 3),
            "client_cpu_us_per_message": round(cpu_s / received * 1e6, 2),
            "messages_per_batch": round(received / batches),
        }
        print(json.dumps(figures), flush=True)


class Listener(asyncio.Protocol):
    """One of many."""

    def __init__(self, crowd: "Crowd", topic: str) -> None:
        self._crowd, self._topic = crowd, topic
        self.is_listening = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast("asyncio.Transport", transport).write(CONNECT[4] + subscribe(self._topic, 0, 4))
        self._answers = 0

    def data_received(self, data: bytes) -> None:
        if self._answers < 9:  # CONNACK and SUBACK
            self._answers += len(data)
            if self._answers == 9:
                self.is_listening.set_result(None)
            return
        self._crowd.count(len(data))


class Crowd:
    """All listeners together."""

    def __init__(self, wanted_bytes: int) -> None:
        self._missing = wanted_bytes
        self.started = 0.0
        self.is_done = asyncio.Event()

    def count(self, received: int) -> None:
        self.started = self.started or time.perf_counter()
        self._missing -= received
        if self._missing <= 0:
            self.is_done.set()


async def listen_together(port: int, ca_file: str, sessions: int, messages: int) -> None:
    """Hold many sessions and take the messages of all."""
    context = ssl.create_default_context(cafile=ca_file)
    topics = [f"car/{number}" for number in range(sessions)]
    crowd = Crowd(sum(frame_bytes(topics[number % sessions], 0, 4) for number in range(messages)))
    loop = asyncio.get_running_loop()
    free = asyncio.Semaphore(AT_ONCE)
    transports = []

    async def connect(topic: str) -> None:
        async with free:
            transport, protocol = await loop.create_connection(
                lambda: Listener(crowd, topic), "127.0.0.1", port, ssl=context
            )
            transports.append(transport)
            await protocol.is_listening

    started = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for topic in topics:
            tasks.create_task(connect(topic))
    connecting_s = time.perf_counter() - started
    print(json.dumps({"connecting_s": round(connecting_s, 2)}), flush=True)
    await crowd.is_done.wait()
    elapsed_s = time.perf_counter() - crowd.started
    print(json.dumps({"received": messages, "seconds": round(elapsed_s, 3)}), flush=True)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["one", port, ca_file, qos, messages, version]:
            listen_alone(int(port), ca_file, qos=int(qos), messages=int(messages), version=int(version))
        case ["client", port, ca_file, qos, messages, version]:
            uvloop.run(
                listen_with_our_client(int(port), ca_file, qos=int(qos), messages=int(messages), version=int(version))
            )
        case ["many", port, ca_file, sessions, messages]:
            uvloop.run(listen_together(int(port), ca_file, int(sessions), int(messages)))
