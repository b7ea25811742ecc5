"""Secrets and places of every shape are masked in what is logged and shown; words, names and paths stay."""

import base64
import logging
import random
import re
import string
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bimmerhub
from bimmerhub.cli.printing.log_lines import LineFormatter
from bimmerhub.domain.catalogue.descriptors import load_catalogue
from bimmerhub.masking import mask_secrets

SOURCE = Path(bimmerhub.__file__).parent


def _of(letters: str, length: int) -> Callable[[random.Random], str]:
    return lambda chance: "".join(chance.choices(letters, k=length))


def _uuid(chance: random.Random) -> str:
    digits = chance.randbytes(16).hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _web_token(chance: random.Random) -> str:
    parts = (b'{"alg":"RS256"}', b'{"sub":"' + chance.randbytes(9).hex().encode() + b'"}', chance.randbytes(64))
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


SHAPES: dict[str, Callable[[random.Random], str]] = {
    "hexadecimal": _of("0123456789abcdef", 32),
    "capital hexadecimal": _of("0123456789ABCDEF", 24),
    "sha-256": _of("0123456789abcdef", 64),
    "uuid": _uuid,
    "capital uuid": lambda chance: _uuid(chance).upper(),
    "web token": _web_token,
    "base64": lambda chance: base64.b64encode(chance.randbytes(64)).decode(),
    "base64url": lambda chance: base64.urlsafe_b64encode(chance.randbytes(32)).decode().rstrip("="),
    "token of the hub": lambda chance: f"bh_{_of(string.ascii_letters + string.digits + '-_', 43)(chance)}",
    "letters and digits": _of(string.ascii_letters + string.digits, 43),
    "small letters and digits": _of(string.ascii_lowercase + string.digits, 43),
    "digits": _of(string.digits, 24),
    "unreserved characters": lambda chance: "~".join(
        "".join(chance.choices(string.ascii_letters + string.digits + "-._~", k=21)) for _ in range(2)
    ),
}
SENTENCES = (
    "BMW refused {}: sorry",
    "GET https://example.com/a?x=1&code={}&y=2",
    "{{'x': '{}'}}",
    '{{"x":"{}"}}',
    "x={}, y",
    "headers=[(b'x', b'{}')]",
    "/oauth/{}/x",
)


@pytest.mark.parametrize("shape", SHAPES)
@given(seed=st.integers(0, 2**64), sentence=st.sampled_from(SENTENCES), encoding=st.sampled_from([str, quote]))
def test_no_secret_of_any_shape_stays(shape: str, seed: int, sentence: str, encoding: Callable[[str], str]) -> None:
    secret = SHAPES[shape](random.Random(seed))
    masked = mask_secrets(sentence.format(encoding(secret)))
    assert "…" in masked
    assert not [end for end in (secret[:8], secret[-8:], encoding(secret)) if end in masked]


@given(seed=st.integers(0, 2**64), shape=st.sampled_from(list(SHAPES)))
def test_no_secret_is_in_a_log_line_or_its_traceback(seed: int, shape: str) -> None:
    secret = SHAPES[shape](random.Random(seed))
    with pytest.raises(ValueError, match="invalid literal") as caught:
        int(f"no {secret}")
    fault = (caught.type, caught.value, caught.tb)
    record = logging.LogRecord("x", logging.WARNING, "f.py", 1, "no %s", (secret,), fault)
    line = LineFormatter("%(message)s").format(record)
    assert secret[:12] not in line
    assert "test_masking.py" in line


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Bearer abc1, sorry", "Bearer …, sorry"),
        ("Basic eDp5", "Basic …"),
        (f"https://anna:{'word'}@example.com/x", "https://…@example.com/x"),
        ("password=hunter2&x=1", "password=…&x=1"),
        ('{"refresh_token": "short"}', '{"refresh_token": "…"}'),
        ("{'Cookie': 'a=b'}", "{'Cookie': '…'}"),
        ("(b'Authorization', b'x y')", "(b'Authorization', b'…')"),
        ("no WBA00000000000001 here", "no …0001 here"),
        ("no wby00000000e00012, Wby00000000e00012", "no …0012, …0012"),
        ("/vehicles/%57BA00000000000001/state", "/vehicles/…0001/state"),
        ("/vehicles/%2557ba00000000000001/state", "/vehicles/…0001/state"),
        ("bmw_WBA00000000000001_x.png", "bmw_…0001_x.png"),
        ('{"lat":48.1,"lon":-11}', '{"lat":…,"lon":…}'),
        ("latitude_deg=48.13, longitude=11.5", "latitude_deg=…, longitude=…"),
        ("{'currentLocation.latitude': '48.1'}", "{'currentLocation.latitude': '…'}"),
        ('"value": "48.137154"', '"value": "…"'),
        ('"value":-0.1278,', '"value":…,'),
        ("geo:48.137,11.575", "geo:…"),
        ("?ll=48.137%2C11.575&z=4", "?ll=…&z=4"),
        ("48.137, 11.575", "…"),
        ("at 48.13715 lat/lon", "at … lat/lon"),
        ("?at=48.13715%2C11.57549", "?at=…"),
        ("refresh_token: abc123", "refresh_token: …"),
        ("password: hunter2x9, x", "password: …, x"),
        ("apikey: 'x1y2z3'", "apikey: '…'"),
        (r"{\"refresh_token\": \"abc12\", \"x\": 1}", r"{\"refresh_token\": \"…\", \"x\": 1}"),
        (r'"{\"password\": \"ab\\\"cd\"}"', r'"{\"password\": \"…\"}"'),
        ('{"password": "ab\\"cd"}', '{"password": "…"}'),
        ('{"password":"it\'s secret9"}', '{"password":"…"}'),
        ("Authorization: Basic dXNlcjpwYXNz", "Authorization: …"),
        ("authorization=Bearer abcdef, x", "authorization=…, x"),
        ("Basic dXNlcjpwYXNz", "Basic …"),
        ("passwd=ab pwd=cd", "passwd=… pwd=…"),
        ("pin=1234", "pin=…"),
        ('{"pin":"1234"}', '{"pin":"…"}'),
        ("code=AbC1234", "code=…"),
        ("?key=abc123&x=1", "?key=…&x=1"),
        ("?code=abcdef", "?code=…"),
        ("(client_secret=hunterhunter)", "(client_secret=…)"),
        ("user_code=ABCD-EFGH", "user_code=…"),
        ("/x?password=ab%20cd%26ef&y=%20", "/x?password=…&y=%20"),
        ('Authorization: Digest username="anna", response="abcd"', "Authorization: …"),
        ("48.1770,11.5590,520", "…,520"),
        ("Set-Cookie: a=b; c=d", "Set-Cookie: …"),
        ("https://user:p/w@host/x", "https://…@host/x"),
        ("https://user:p@w@host/x", "https://…@host/x"),
        ("of anna.maier+x@mail.example.com.", "of …."),
        ("0123abcd-4567cdef-89ab0123-cdef4567", "…"),
        ("key d3:24:fb:00:11:22:33:44 of", "key … of"),
        ("[11.559,  48.177]", "[…]"),
        ('["48.177", "11.559"]', '["…"]'),
        ("at 48,1770 11,5590", "at …"),
        ("lat 48.1 lon 11.5", "lat … lon …"),
        (r"{\"lat\": 48.1}", r"{\"lat\": …}"),
        ("startLon=11.5", "startLon=…"),
        ('"x.latitude": {"unit": "degrees", "value": "48.1"}', '"x.latitude": {"unit": "degrees", "value": "…"}'),
        ("48°10'37.2\"N 11°33'32\" E", "… …"),
        ("48.1770° N, 11.5590° E", "…, …"),
        ("near 8FWF4GXR+2C, x", "near …, x"),
    ],
)
def test_what_has_a_telling_form_is_masked(text: str, masked: str) -> None:
    assert mask_secrets(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "Zürich 東京 👍",
        "(SmartPhoneUtil-A-2013) no",
        "ERR2001_TOKEN_INVALID",
        "AVERAGE_RECUPERATED_ENERGY_PER_100_KM",
        "vehicle.drivetrain.batteryManagement.header",
        "no basic data",
        "2026-11-29 12:00:00,123 WARNING bimmerhub.hub.feeds.cardata: took 0.12345 s, 48.25 kWh",
        "0.12345 % of 2.0000 readings/s, 3.14159%, 12.34567 kWh/100 km, 0.00012 /s",
        "at 2026-11-29T12:00:00.123456Z",
        "the backup bimmerhub-0123abcd-20260131T081500Z.bhbk of /srv/anna/.local/share/bimmerhub/hub.sqlite3",
        'File "/usr/lib/python3.11/site-packages/httpcore/_async/http11.py", line 1234, in handle_async_request',
        "/srv/pytest-of-anna/pytest-0/test_a_whole_run_of_the_hub_is_readable0/config.toml",
        "<Task pending name='ThreadPoolExecutor-0_0' at 0x7f3a2b4c5d6e>",
        "token=token, password=self.password, next_token",
        "the token: it is not valid; cookie",
        "password=None, refresh_token: null, the token: expired",
        "status code: 404, code=403, code=CU-104, key=vehicle.cabin.door.row1.driver.isOpen",
        "flat=3 colon=5 platform: 12.0001",
        "12.3456 seconds, 12.34567 kWh, temp 21.3456 C",
        "ratio 1.0000 of 2.0000, rate 0.00012, 99.12345 %",
        "sizes 12.345 67.890 MB, rows 12,345, 67,890",
        "as long 3 days, latency 12.3, a long 12.5 km",
        "token=%s, pin=%d",
        "numbers 123.456, 234.567",
        "Basic price=10",
        "https://example.com:8080/@x/y, user@1000.service",
        "Rechtsschutzversicherungsgesellschaften, Geschwindigkeitsbegrenzungsanlage, Selbstschutzvorrichtungen",
        "/dev/disk/by-id/nvme-Samsung_SSD_970_EVO_Plus_1TB_S4EWNX0M123456A-part1",
        "BMW answered 403 CU-104 (S00I035N193CD)",
        "connecting to 192.168.178.201:8080, [fe80::1ff:fe23:4567:890a]:1883",
    ],
)
def test_usual_text_stays(text: str) -> None:
    assert mask_secrets(text) == text


def test_every_name_and_path_of_the_program_stays() -> None:
    files = [path for path in SOURCE.rglob("*.py") if "specs" not in path.parts]
    names = {name for path in files for name in re.findall(r"(?:def|class) (\w+)", path.read_text("utf-8"))}
    logged = {
        text
        for path in files
        for text in re.findall(r'log(?:ger)?\.\w+\(\s*"([^"]*)"', path.read_text("utf-8"), re.IGNORECASE)
    }
    assert len(names) > 3_000
    assert len(logged) > 50
    masked = {text for text in names | logged | set(map(str, files)) if mask_secrets(text) != text}
    assert masked == set()


def test_every_descriptor_stays() -> None:
    assert [descriptor for descriptor in load_catalogue() if mask_secrets(descriptor) != descriptor] == []


@given(st.text())
def test_what_is_masked_stays_as_it_is(text: str) -> None:
    once = mask_secrets(text)
    assert mask_secrets(once) == once


def test_a_long_text_is_masked_at_once() -> None:
    for piece in (
        "a",
        "a ",
        "%",
        "://",
        "eyJ",
        "lat",
        "password",
        "1.",
        "'token'",
        "-",
        "basic ",
        "latitude'",
        "://a:",
        "a@",
        "a.",
        "48.137 ",
        'password="',
        "code=a",
        "cookie: a;",
        "48°",
        "ab:",
    ):
        mask_secrets(piece * (200_000 // len(piece)))
