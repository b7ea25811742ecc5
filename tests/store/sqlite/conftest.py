"""Readings to store, and a look into the file that needs no store."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bimmerhub.domain.reading import Reading, Source, Value
from bimmerhub.ids import Descriptor, Vin


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture(scope="session")
def make_reading() -> Callable[..., Reading]:
    def make(value: Value, *, at_ms: int = 1_800_000_000_000, descriptor: str = "vehicle.isMoving") -> Reading:
        return Reading(
            vin=Vin("WBA00000000000001"),
            descriptor=Descriptor(descriptor),
            value=value,
            unit=None,
            measured_at_ms=at_ms,
            sent_at_ms=at_ms + 3_000,
            received_at_ms=at_ms + 3_050,
            source=Source.STREAM,
        )

    return make


@pytest.fixture(scope="session")
def rows_of() -> Callable[..., list[Any]]:
    def rows(path: Path, statement: str) -> list[Any]:
        with closing(sqlite3.connect(path)) as connection:
            return connection.execute(statement).fetchall()

    return rows
