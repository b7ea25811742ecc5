"""Captures of somebody else's that are no captures: the emulator says so, whatever they hold."""

import gzip
from pathlib import Path

import pytest

from bimmerhub.emulator.cardata.voice import recording as module
from bimmerhub.emulator.cardata.voice.recording import load_recording
from bimmerhub.errors import ConfigError

LINE = b'{"vin":"WBA00000000000001","timestamp":"2026-01-01T00:00:00Z","data":{}}\n'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "0 cars"),
        (b"[" * 200_000, "0 cars"),
        (b'{"a":' * 200_000, "0 cars"),
        (LINE + LINE.replace(b"001", b"002"), "2 cars"),
        (gzip.compress(LINE)[:-9], "cannot read"),
        (gzip.compress(LINE * 9)[:12] + b"\xff" * 30, "cannot read"),
        (gzip.compress(bytes(3 << 20)), "longer than 2 MiB"),
        (bytes(3 << 20), "longer than 2 MiB"),
    ],
)
def test_what_is_no_capture_of_one_car_is_a_config_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, message: str
) -> None:
    monkeypatch.setattr(module, "LARGEST_BYTES", 2 << 20)
    capture = tmp_path / "car.ndjson"
    capture.write_bytes(content)
    with pytest.raises(ConfigError, match=message):
        load_recording(capture)
