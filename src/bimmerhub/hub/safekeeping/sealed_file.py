"""A file encrypted under a passphrase: format BHBK1, for backups and for moving to another machine.

    "BHBK1"  log2 N (1 byte)  r (1)  p (1)  salt (16)      the header, 24 bytes
    chunk 0, chunk 1 ...                                   1 MiB of the file each, the last one the rest

scrypt(passphrase, salt, N, r, p) gives the key, another one for every file. Each chunk is AES-256-GCM (16 bytes
longer than its text) with its number as nonce. Authenticated with it are the header and whether it is the last chunk:
a file that was cut off, lengthened or put together from two does not open.
"""

import hashlib
import secrets
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bimmerhub.errors import ConfigError, StoreError
from bimmerhub.hub.safekeeping.whole_files import naming, new_file

SHORTEST_PASSPHRASE = 10
"""Characters: whoever has the file may try passphrases for as long as they like."""

_MAGIC = b"BHBK1"
_SALT_BYTES = 16
_HEADER_BYTES = len(_MAGIC) + 3 + _SALT_BYTES
_CHUNK_BYTES = 1024 * 1024
_TAG_BYTES = 16
_NONCE_BYTES = 12
_KEY_BYTES = 32
_MOST_MEMORY_BYTES = 1024 * 1024 * 1024
"""What scrypt may take for a file of somebody else's: its header says how much it wants."""

_MORE, _LAST = b"\x00", b"\x01"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cost:
    """What one try of a passphrase costs: 128 MiB, and about half a second on a small machine."""

    log2_n: int = 17
    r: int = 8
    p: int = 1

    @property
    def memory_bytes(self) -> int:
        """The memory that scrypt takes."""
        return 128 * self.r * ((1 << self.log2_n) + self.p + 2)


def check_new_passphrase(passphrase: str) -> None:
    """Refuse a passphrase that is too short to encrypt with: ConfigError."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise ConfigError(f"the passphrase is too short: at least {SHORTEST_PASSPHRASE} characters")


def is_sealed(path: Path) -> bool:
    """Tell whether a file begins as an encrypted one; StoreError when it cannot be read."""
    with naming(path, "read"), path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


def seal_file(source: Path, destination: Path, passphrase: str) -> None:
    """Encrypt `source` to a new file `destination` (0600), whole and on the disk when this returns.

    ConfigError for a passphrase that is too short; StoreError when `destination` exists or cannot be written: nothing
    of it is left then.
    """
    check_new_passphrase(passphrase)
    cost, salt = _Cost(), secrets.token_bytes(_SALT_BYTES)
    header = _MAGIC + bytes([cost.log2_n, cost.r, cost.p]) + salt
    cipher = AESGCM(_derive_key(passphrase, salt, cost))
    with naming(source, "read"), source.open("rb") as clear, new_file(destination) as sealed:
        sealed.write(header)
        for number, (chunk, mark) in enumerate(_chunks(clear, _CHUNK_BYTES)):
            sealed.write(cipher.encrypt(_nonce(number), chunk, header + mark))


def unseal_file(source: Path, destination: Path, passphrase: str) -> None:
    """Decrypt `source` to a new file `destination` (0600), whole and on the disk when this returns.

    StoreError when the passphrase is another one, `source` is damaged, incomplete or not encrypted, or `destination`
    exists or cannot be written: nothing of it is left then.
    """
    with new_file(destination) as clear:
        for piece in read_sealed(source, passphrase):
            clear.write(piece)


def read_sealed(source: Path, passphrase: str) -> Iterator[bytes]:
    """Yield what is in an encrypted file piece by piece; errors as `unseal_file`.

    Only at its end it is certain that the file is whole.
    """
    with naming(source, "read"), source.open("rb") as sealed:
        header = sealed.read(_HEADER_BYTES)
        cipher = AESGCM(_key_of(header, passphrase, source))
        for number, (chunk, mark) in enumerate(_chunks(sealed, _CHUNK_BYTES + _TAG_BYTES)):
            try:
                piece = cipher.decrypt(_nonce(number), chunk, header + mark)
            except InvalidTag as error:
                raise _unfit(source, number) from error
            yield piece


def _key_of(header: bytes, passphrase: str, source: Path) -> bytes:
    if not header.startswith(_MAGIC) or len(header) < _HEADER_BYTES:
        raise StoreError(f"{source} is no encrypted file of bimmerhub", hint="Check the name of the file.")
    log2_n, r, p = header[len(_MAGIC) : len(_MAGIC) + 3]
    cost = _Cost(log2_n=log2_n, r=r, p=p)
    if not (1 <= log2_n < 16 * r and r and p) or cost.memory_bytes > _MOST_MEMORY_BYTES or p > 16:  # noqa: PLR2004
        raise StoreError(f"{source} is damaged: its header makes no sense", hint="Take another copy of the file.")
    return _derive_key(passphrase, header[-_SALT_BYTES:], cost)


@lru_cache(maxsize=2)  # what was just written is read back at once, and what was looked at is then restored
def _derive_key(passphrase: str, salt: bytes, cost: _Cost) -> bytes:
    """Return the key. One text is one passphrase, however a keyboard composes its letters (NFC)."""
    try:
        text = unicodedata.normalize("NFC", passphrase).encode()
    except UnicodeEncodeError as error:
        raise ConfigError("the passphrase is no UTF-8 text", hint="Set the terminal to UTF-8.") from error
    try:
        return hashlib.scrypt(
            text,
            salt=salt,
            n=1 << cost.log2_n,
            r=cost.r,
            p=cost.p,
            maxmem=cost.memory_bytes + 1024 * 1024,
            dklen=_KEY_BYTES,
        )
    except (MemoryError, ValueError) as error:  # OpenSSL says ValueError too when it gets no memory
        raise StoreError(
            f"too little memory for the passphrase: it needs {cost.memory_bytes // 2**20} MiB",
            hint="Close other programs, then try again.",
        ) from error


def _chunks(file: BinaryIO, size: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield the file in pieces of `size`, each with the mark of whether it is the last; an empty file is one piece."""
    chunk = file.read(size)
    while following := file.read(size):
        yield chunk, _MORE
        chunk = following
    yield chunk, _LAST


def _nonce(number: int) -> bytes:
    return number.to_bytes(_NONCE_BYTES, "big")


def _unfit(source: Path, number: int) -> StoreError:
    if number:
        return StoreError(
            f"{source} is damaged or incomplete: what follows the first {number} MiB does not hold together",
            hint="Take another copy of the file.",
        )
    return StoreError(
        f"the passphrase does not open {source}",
        hint="Check the passphrase. When it is the right one, the file is damaged: take another copy.",
    )
