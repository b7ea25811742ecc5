"""The keys that name vehicles where their VINs are not to be shown, made where the database gives a vehicle its row."""

import secrets
import sqlite3
from string import ascii_lowercase

KEY_LETTERS = 8
"""26^8 keys: two of a thousand cars have the same one once in 400,000 homes, and then storing is just tried again."""


def new_vehicle_key() -> str:
    """Return a new random key of lower-case letters."""
    return "".join(secrets.choice(ascii_lowercase) for _ in range(KEY_LETTERS))


def add_vehicle_key(connection: sqlite3.Connection) -> None:
    """Let statements of this connection call `vehicle_key()`."""
    connection.create_function("vehicle_key", 0, new_vehicle_key)
