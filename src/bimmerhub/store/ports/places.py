"""The places that a person has named, and the meters there."""

from typing import Protocol

from bimmerhub.domain.own_places import Meter, OwnPlace


class StoredPlaces(Protocol):
    """Places and meters, each by its name."""

    async def places(self) -> list[OwnPlace]:
        """Return every place in order of name."""
        ...

    async def save_place(self, place: OwnPlace) -> None:
        """Add the place, or put it in place of the one with its name; its meters stay."""
        ...

    async def remove_place(self, name: str) -> bool:
        """Forget a place and its meters, not what they counted; return whether there was one."""
        ...

    async def meters(self) -> list[Meter]:
        """Return every meter in order of name."""
        ...

    async def save_meter(self, meter: Meter) -> bool:
        """Add the meter, or move the one with its name; return False when there is no such place."""
        ...

    async def remove_meter(self, name: str) -> bool:
        """Forget a meter, not what it counted; return whether there was one."""
        ...
