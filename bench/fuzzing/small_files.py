"""The small files that somebody may change or damage: tokens, an old program's files, an encrypted backup."""

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec
from bench.fuzzing.answers import NEVER_MS
from bench.fuzzing.fuzzer import Fuzzer, of_documents

from bimmerhub.bmw.iremote.auth import read_credentials
from bimmerhub.bmw.tokens.token_file import TokenFile
from bimmerhub.bmw.tokens.token_set import TokenSet
from bimmerhub.cli.charge_watch.old_variables import read_old_variables
from bimmerhub.errors import BimmerhubError
from bimmerhub.hub.config import load_settings
from bimmerhub.hub.safekeeping.sealed_file import is_sealed, unseal_file

PASSPHRASE: Final = "correct horse"
SECRET: Final = "canary-3f9b"
CHEAPEST_LOG2_N: Final = 4
TOKENS: Final = TokenSet(
    access_token="a",
    id_token="i",
    refresh_token="r",
    gcid="g",
    scopes=frozenset(["openid"]),
    access_expires_at_ms=NEVER_MS,
    id_expires_at_ms=NEVER_MS,
    refresh_expires_at_ms=NEVER_MS,
)
CREDENTIALS: Final = (
    b'{"username":"anna@example.com","password":"p","auth_basic":"eDp5","access_token":"a","token_expiry":1785155878}',
    b'{"username":"anna%40example.com","password":"p","Authorization_Basic":"Basic eDp5","time":[1785155878.5]}',
)
ENV_FILES: Final = (
    b"AUTH_CLIENT_ID=x\nUSERNAME='a b'\nPASSWORD=\"p\" # c\nexport VEHICLE_IDENTIFICATION_NUMBER=A,B\n",
    b"AUTH_CLIENT_ID=x\r\nUSERNAME=`a`\r\nPASSWORD=p\r\nLOG_INTERVAL=60000\r\n",
)
CONFIGS: Final = (
    b'data_dir = "/nowhere"\n[bmw]\nauth_url = "http://127.0.0.1:8090"\nstream_port = 9000\nmqtt_version = "5"\n',
    b'[hub]\nhost = "::1"\nport = 8080\nallowed_hosts = ["a.example"]\n[store]\njournal_days = 7.5\n',
    b'[accounts.home]\nclient_id = "x"\nrelay_host = "127.0.0.1"\nrelay_password = "env:X"\n[rest]\nlimit = 9\n',
)
SEALED: Final = (b"BHBK1" + bytes([CHEAPEST_LOG2_N, 1, 1]) + b"s" * 16 + b"c" * 40, b"BHBK1" + bytes([17, 8, 1]))


def _expect_ours(read: Callable[[], object]) -> None:
    try:
        read()
    except BimmerhubError as error:
        words = f"{error} {error.hint or ''}"
        if SECRET in words or not words.isprintable():
            raise AssertionError(f"an error says what it should not: {words!r}") from error


def _opening(name: str, read: Callable[[Path, Path], object], seeds: tuple[bytes, ...]) -> Callable[[], Any]:
    """Return how the fuzzer of a file with that name is opened; `read` takes the file and an empty folder."""

    @contextmanager
    def opened() -> Iterator[Fuzzer]:
        with tempfile.TemporaryDirectory() as folder:
            path, out = Path(folder) / name, Path(folder) / "out"
            out.mkdir()

            def read_bytes(data: bytes) -> None:
                path.write_bytes(data)
                _expect_ours(lambda: read(path, out))
                for made in out.iterdir():
                    made.unlink()

            yield of_documents(read_bytes, seeds)

    return opened


def _read_tokens(path: Path, _: Path) -> None:
    async def load() -> None:
        tokens = TokenFile(path)
        try:
            await tokens.load()
        finally:
            tokens.close()

    asyncio.run(load())


def _unseal(path: Path, out: Path) -> None:
    data = path.read_bytes()
    if len(data) > len(b"BHBK1"):  # a key that takes half a second would be all that is fuzzed
        path.write_bytes(data[:5] + bytes([min(data[5], CHEAPEST_LOG2_N)]) + data[6:])
    if is_sealed(path):
        unseal_file(path, out / "clear", PASSPHRASE)


opened_tokens = _opening("tokens.json", _read_tokens, (msgspec.json.encode(TOKENS),))
opened_credentials = _opening(
    "credentials.json", lambda path, _: read_credentials(path, now_ms=1_785_000_000_000), CREDENTIALS
)
opened_env_file = _opening(".env", lambda path, _: read_old_variables({}, path.parent), ENV_FILES)
opened_config = _opening("config.toml", lambda path, _: load_settings(config_file=path, environment={}), CONFIGS)
opened_sealed = _opening("backup", _unseal, SEALED)
