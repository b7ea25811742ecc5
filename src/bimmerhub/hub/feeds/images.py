"""The picture of each car, kept as a file of the data directory, so that BMW is asked for it once."""

import asyncio
import hashlib
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from typing_extensions import override

from bimmerhub.errors import BmwRefused, StoreError
from bimmerhub.files import replace_file
from bimmerhub.ids import Vin, mask_vin
from bimmerhub.views.ports import Pictures

if TYPE_CHECKING:
    from bimmerhub.bmw.cardata.rest import CarDataRest

_log = logging.getLogger(__name__)

FOLDER = "images"
NO_IMAGE = "CU-126"
PNG_BEGIN = b"\x89PNG\r\n\x1a\n"


class CarImages(Pictures):
    """The pictures in a data directory. An empty file says that BMW has no picture of that car."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / FOLDER
        self._sizes = {path.name: path.stat().st_size for path in self._folder.glob("*.png")}

    @classmethod
    def open(cls, data_dir: Path) -> "CarImages":
        """Return the pictures of a data directory; StoreError when they cannot be looked at."""
        try:
            return cls(data_dir)
        except OSError as error:
            raise _unusable(data_dir / FOLDER, error) from error

    @override
    def has_image(self, vin: Vin) -> bool:
        return self._sizes.get(_file_name(vin), 0) > 0

    @override
    async def image(self, vin: Vin) -> bytes | None:
        if _file_name(vin) not in self._sizes:
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
        return _file_name(vin) not in self._sizes

    async def ask(self, vin: Vin, rest: "CarDataRest") -> bytes:
        """Ask BMW for the car's picture, keep it and return it; empty when there is none. One call.

        A picture that came before stays until BMW sends another.
        The errors of BMW's REST interface, and StoreError when it cannot be kept.
        """
        try:
            png = await rest.fetch_image(vin)
        except BmwRefused as error:
            if error.code != NO_IMAGE:
                raise
            png = b""
        if png and not png.startswith(PNG_BEGIN):
            _log.warning("no picture of %s: what BMW sent is no PNG", mask_vin(vin))
            png = b""
        if png or not self.has_image(vin):
            await self._save(vin, png)
        return png

    async def remove(self, vin: Vin) -> None:
        """Forget the car's picture, and whether BMW has one; StoreError when its file stays."""
        path = self._folder / _file_name(vin)
        try:
            await asyncio.to_thread(path.unlink, missing_ok=True)
        except OSError as error:
            raise _unusable(path, error) from error
        self._sizes.pop(path.name, None)

    async def _save(self, vin: Vin, png: bytes) -> None:
        path = self._folder / _file_name(vin)
        try:
            await asyncio.to_thread(_write, path, png)
        except OSError as error:
            raise _unusable(path, error) from error
        self._sizes[path.name] = len(png)


def _file_name(vin: Vin) -> str:
    """Return the name of the car's file, which does not tell its VIN to whoever sees a list of files."""
    return f"{hashlib.sha256(vin.encode()).hexdigest()[:24]}.png"


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    replace_file(path, content)


def _unusable(path: Path, error: OSError) -> StoreError:
    return StoreError(
        f"cannot use {path}: {error.strerror}", hint="Check the space and permissions of the data directory."
    )
