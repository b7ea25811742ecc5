"""Figures of our MQTT broker and client: `python -m bench.broker [--quick]` prints them as JSON. Nothing is asserted.

The broker and its listeners are processes of their own that share the machine's cores; each message is 300 bytes and
is published by the broker's process itself, one after the other, as fast as the listeners take it. A figure's seconds
run from the first byte at the listener to the last one.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from bench.processes import conditions


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerProcess:
    """A broker that publishes on command. `ca_file` "-" is plain TCP."""

    process: subprocess.Popen[str]
    port: int
    ca_file: str

    def ask(self, command: str) -> dict[str, Any]:
        """Send a command and wait for its answer."""
        _pipe(self.process.stdin).write(command + "\n")
        _pipe(self.process.stdin).flush()
        return read_line(self.process)


@contextmanager
def broker(*, is_tls: bool) -> Iterator[BrokerProcess]:
    """Run a broker."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "bench.brokerside", str(Path(folder) / "keys"), "tls" if is_tls else "plain"]
        Path(folder, "keys").mkdir()
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            note = read_line(process)
            yield BrokerProcess(process=process, port=note["port"], ca_file=note["ca_file"] if is_tls else "-")
        finally:
            process.terminate()
            process.wait(timeout=10)


def measure_one_subscriber(kind: str, messages: int, *, is_tls: bool, qos: int, version: int) -> dict[str, Any]:
    """Return how fast one listener gets messages: "one", which does as little as possible, or "client", ours."""
    with broker(is_tls=is_tls) as server:
        arguments = [kind, str(server.port), server.ca_file, str(qos), str(messages), str(version)]
        listening = subprocess.Popen(
            [sys.executable, "-m", "bench.subscribers", *arguments], stdout=subprocess.PIPE, text=True
        )
        read_line(listening)
        flood = server.ask(f"flood {messages} 1 {qos}")
        taken = read_line(listening)
        listening.wait(timeout=10)
    return _rates(flood, taken)


def measure_mosquitto_sub(messages: int, *, is_tls: bool, qos: int) -> dict[str, Any] | None:
    """Return how fast `mosquitto_sub` takes messages and prints them to nowhere; None where it is not installed."""
    with broker(is_tls=is_tls) as server:
        options = ["-h", "127.0.0.1", "-p", str(server.port), "-t", "car/0", "-q", str(qos), "-C", str(messages)]
        options += ["--cafile", server.ca_file] if is_tls else []
        try:
            listening = subprocess.Popen(["mosquitto_sub", *options], stdout=subprocess.DEVNULL)
        except FileNotFoundError:
            return None
        while not server.ask("rss")["sessions"]:
            time.sleep(0.05)
        time.sleep(0.3)  # for its SUBSCRIBE
        started = time.perf_counter()
        flood = server.ask(f"flood {messages} 1 {qos}")
        listening.wait(timeout=60)
        taken = {"received": messages, "seconds": round(time.perf_counter() - started, 3)}
    return _rates(flood, taken)


def measure_many_sessions(sessions: int, messages: int) -> dict[str, Any]:
    """Return what many TLS sessions cost, and how fast messages reach them in turn."""
    with broker(is_tls=True) as server:
        before = server.ask("rss")["rss_bytes"]
        arguments = ["many", str(server.port), server.ca_file, str(sessions), str(messages)]
        listening = subprocess.Popen(
            [sys.executable, "-m", "bench.subscribers", *arguments], stdout=subprocess.PIPE, text=True
        )
        connected = read_line(listening)
        after = server.ask("rss")
        flood = server.ask(f"flood {messages} {sessions} 0")
        taken = read_line(listening)
        listening.wait(timeout=10)
        flooded = server.ask("rss")
    return {
        "sessions": after["sessions"],
        "connects_per_s": round(sessions / connected["connecting_s"]),
        "kib_per_session": round((after["rss_bytes"] - before) / sessions / 1024, 1),
        "kib_per_session_after_the_flood": round((flooded["rss_bytes"] - before) / sessions / 1024, 1),
        **_rates(flood, taken),
    }


def _rates(flood: dict[str, Any], taken: dict[str, Any]) -> dict[str, Any]:
    return {
        "deliveries_per_s": round(taken["received"] / taken["seconds"]),
        "broker_cpu_us_per_delivery": round(flood["broker_cpu_s"] / flood["delivered"] * 1e6, 2),
        **flood,
        **taken,
    }


def read_line(process: subprocess.Popen[str]) -> dict[str, Any]:
    """Return the process's next JSON line."""
    answer: dict[str, Any] = json.loads(_pipe(process.stdout).readline())
    return answer


def _pipe(pipe: IO[str] | None) -> IO[str]:
    if pipe is None:
        raise RuntimeError("the process has no such pipe")
    return pipe


def measure_broker(messages: int) -> dict[str, Any]:
    """Return all figures; `messages` to the fastest listener, fewer to the others."""
    figures: dict[str, Any] = {}
    for is_tls in (False, True):
        for qos in (0, 1):
            name = f"{'TLS' if is_tls else 'plain'}, QoS {qos}"
            for version, words in ((4, "3.1.1"), (5, "5")):
                for kind, title in (("one", "one subscriber"), ("client", "our client")):
                    figures[f"{title}, {name}, MQTT {words}"] = measure_one_subscriber(
                        kind, messages, is_tls=is_tls, qos=qos, version=version
                    )
            figures[f"mosquitto_sub, {name}"] = measure_mosquitto_sub(messages // 4, is_tls=is_tls, qos=qos)
    figures["2,000 TLS sessions, QoS 0"] = measure_many_sessions(2_000, messages // 2)
    return figures


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.broker", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer messages")
    messages = 200_000 if parser.parse_args().quick else 1_000_000
    load = os.getloadavg()[0]
    figures = measure_broker(messages)
    whole = {"bench": "broker", "figures": figures, "conditions": {**conditions(), "load": round(load, 2)}}
    print(json.dumps(whole, indent=1))


if __name__ == "__main__":
    main()
