"""The pictures of each car, kept as files of the data directory, so that BMW is asked for each once."""

import asyncio
import hashlib
from pathlib import Path
from typing import NamedTuple

from typing_extensions import override

from bimmerhub.errors import StoreError
from bimmerhub.files import make_folder, remove_drafts, replace_file
from bimmerhub.ids import Vin
from bimmerhub.views.ports.cars import Pictures

FOLDER = "images"
VIEWS_FOLDER = "views"
"""Within it: pictures from a side, which families beside CarData have."""


class _File(NamedTuple):
    size_bytes: int
    saved_at_ms: int


class SavedView(NamedTuple):
    """A picture from a side, and when it was saved, by the machine's clock (milliseconds UTC)."""

    png: bytes
    saved_at_ms: int


class CarImages(Pictures):
    """The pictures in a data directory. An empty file says that BMW has no picture of that car.

    One that a crash left half-written is taken away when it is opened.
    """

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / FOLDER
        remove_drafts(self._folder, f"{VIEWS_FOLDER}/*.png", "*.png")
        self._files = {path.name: _look_at(path) for path in self._folder.glob("*.png")}

    @classmethod
    def open(cls, data_dir: Path) -> "CarImages":
        """Return the pictures of a data directory; StoreError when they cannot be looked at."""
        try:
            return cls(data_dir)
        except OSError as error:
            raise _unusable(data_dir / FOLDER, error) from error

    @override
    def has_image(self, vin: Vin) -> bool:
        return self.saved_at_ms(vin) is not None

    @override
    async def image(self, vin: Vin) -> bytes | None:
        if self.is_wanted(vin):
            return None
        path = self._folder / _file_name(vin)
        try:
            return await asyncio.to_thread(path.read_bytes)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unusable(path, error) from error

    def is_wanted(self, vin: Vin) -> bool:
        """Tell whether BMW is still to be asked for the car's picture."""
        return _file_name(vin) not in self._files

    def saved_at_ms(self, vin: Vin) -> int | None:
        """Return when the car's picture was saved, by the machine's clock; None when there is none."""
        file = self._files.get(_file_name(vin))
        return file.saved_at_ms if file is not None and file.size_bytes else None

    async def keep(self, vin: Vin, png: bytes) -> None:
        """Keep what BMW answered, empty when it has no picture; one that came before stays then.

        StoreError when it cannot be kept.
        """
        if png or not self.has_image(vin):
            await self._save(vin, png)

    async def view(self, vin: Vin, view: str) -> SavedView | None:
        """Return the picture from a side, None when it was not kept; `view` is the family and its word for the side."""
        path = self._view_path(vin, view)
        try:
            return await asyncio.to_thread(_read_view, path)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unusable(path, error) from error

    async def keep_view(self, vin: Vin, view: str, png: bytes) -> None:
        """Keep a picture from a side; StoreError when it cannot be kept."""
        path = self._view_path(vin, view)
        try:
            await asyncio.to_thread(_write, path, png)
        except OSError as error:
            raise _unusable(path, error) from error

    def _view_path(self, vin: Vin, view: str) -> Path:
        name = f"{Path(_file_name(vin)).stem}-{hashlib.sha256(view.casefold().encode()).hexdigest()[:12]}.png"
        return self._folder / VIEWS_FOLDER / name

    async def remove(self, vin: Vin) -> None:
        """Forget the car's pictures, and whether BMW has one; StoreError when a file stays."""
        path = self._folder / _file_name(vin)
        views = (self._folder / VIEWS_FOLDER).glob(f"{path.stem}-*.png")
        try:
            for file in (path, *views):
                await asyncio.to_thread(file.unlink, missing_ok=True)
        except OSError as error:
            raise _unusable(path, error) from error
        self._files.pop(path.name, None)

    async def _save(self, vin: Vin, png: bytes) -> None:
        path = self._folder / _file_name(vin)
        try:
            self._files[path.name] = await asyncio.to_thread(_write, path, png)
        except OSError as error:
            raise _unusable(path, error) from error


def _file_name(vin: Vin) -> str:
    """Return the name of the car's file, which does not tell its VIN to whoever sees a list of files."""
    return f"{hashlib.sha256(vin.encode()).hexdigest()[:24]}.png"


def _write(path: Path, content: bytes) -> _File:
    make_folder(path.parent)
    replace_file(path, content)
    return _look_at(path)


def _read_view(path: Path) -> SavedView:
    return SavedView(path.read_bytes(), _look_at(path).saved_at_ms)


def _look_at(path: Path) -> _File:
    stat = path.stat()
    return _File(stat.st_size, stat.st_mtime_ns // 1_000_000)


def _unusable(path: Path, error: OSError) -> StoreError:
    return StoreError(
        f"cannot use {path}: {error.strerror}", hint="Check the space and permissions of the data directory."
    )
