"""Small texts by key."""

from typing import Protocol


class StoredSettings(Protocol):
    """Small texts by key: what a person set while the hub ran, such as the hash of a password."""

    async def load_settings(self, prefix: str = "") -> dict[str, str]:
        """Return the settings whose key starts with `prefix`, in order of key."""
        ...

    async def save_setting(self, key: str, value: str | None, *, is_secret: bool = False) -> None:
        """Replace a setting (None: forget it) and return once that is on disk. A secret one is left out of backups."""
        ...
