"""How much is stored, and who listens to live events: figures for those who watch over the hub."""

import msgspec

from bimmerhub.store.ports.figures import StoredFigures
from bimmerhub.views.event_ring import EventRing
from bimmerhub.views.viewer import Viewer


class FiguresAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """How much is stored, and who listens. `refused` is of all time; `dropped_events` is since the hub started."""

    readings: int
    journal_entries: int
    refused: int
    database_bytes: int
    event_listeners: int
    dropped_events: int


async def view_figures(viewer: Viewer, stored: StoredFigures, events: EventRing) -> FiguresAnswer:
    """Return the present figures."""
    viewer.require_owner()
    figures = await stored.figures()
    return FiguresAnswer(
        readings=figures.readings,
        journal_entries=figures.journal_entries,
        refused=figures.refused,
        database_bytes=figures.database_bytes,
        event_listeners=events.listeners,
        dropped_events=events.dropped,
    )
