"""Whether the disk takes what has to be kept, the next tokens above all, and whether it is one of this machine."""

from collections.abc import Mapping
from pathlib import Path

from bimmerhub.domain.account.checks import Check, failed, ok, warning
from bimmerhub.hub.process.room import find_no_room
from bimmerhub.mounts import find_share


def check_disk(data_dir: Path, database: Path) -> Check:
    """Return whether the directories can be written, by writing 256 KiB to each, and whether they are a share's."""
    no_room = find_no_room(data_dir, database.parent)
    if no_room is not None:
        return failed("disk", str(no_room), hint=no_room.hint)
    share = find_share(database)
    if share is not None:
        return warning(
            "disk",
            f"the database lies on a share ({share}), where nothing keeps another machine from damaging it",
            hint="Start one hub only, or put it on a disk of this machine: store.path",
        )
    return ok("disk", "takes what has to be stored")


def check_token_places(troubles: Mapping[str, str]) -> list[Check]:
    """Return a warning for each account whose tokens are not in the database, or not renewed; `troubles` says why."""
    hint = "Free some space on the disk of the data directory, or make it writable; it goes on by itself."
    return [warning("tokens", f"{account}: {trouble}", hint=hint) for account, trouble in sorted(troubles.items())]
