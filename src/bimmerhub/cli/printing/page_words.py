"""What a hub that has just started says of its page: who may read it, and the link for its owner."""

from typing import TYPE_CHECKING

from bimmerhub.cli.printing.output import others_read_along

if TYPE_CHECKING:
    from bimmerhub.hub.app import Hub


def who_may(hub: "Hub") -> list[str]:
    """Return the lines, with a link; of a hub with a password there is nothing to say."""
    if hub.credentials.has_password():
        return []
    from bimmerhub.web.access.link_keys import page_link

    way = "open it by the link of: bimmerhub open (none is written here, where others may read it)"
    if not others_read_along():
        way = f"open it by this link, good once: {page_link(hub.address, hub.context.entrance.keys.make())}"
    return [
        f"  to change anything there, {way}",
        "  everybody on this machine may read it, for no password is set (bimmerhub password set)",
    ]
