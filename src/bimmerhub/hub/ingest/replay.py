"""Readings that a damage of the database took, taken again from the raw messages of the last days.

What is stored already changes nothing, so all raw messages are given to the ingest once more, as an import is.
"""

from collections.abc import Mapping
from typing import Final

from bimmerhub.bmw.cardata.wire import decode_message
from bimmerhub.hub.ingest.incoming import Arrival, Origin
from bimmerhub.hub.ingest.ingest import Ingest
from bimmerhub.hub.ingest.own_topics import doubt_of_topic
from bimmerhub.ids import Gcid, Vin
from bimmerhub.store.ports.journal import Journal, JournalEntry

MESSAGES_AT_ONCE: Final = 500


async def replay_journal(
    journal: Journal, ingest: Ingest, *, gcids: Mapping[str, Gcid | None], sold: Mapping[Vin, int]
) -> int:
    """Store again what the raw messages say, and return how many readings were missing; StoreError as storing them.

    `gcids` are those of the accounts, by name; `sold` says from when on (milliseconds UTC) a car is another owner's.
    """
    missing, after = 0, None
    while True:
        entries, after = await journal.journal(limit=MESSAGES_AT_ONCE, after=after)
        arrivals = [_to_arrival(entry, gcids.get(entry.account), sold) for entry in entries]
        missing += (await ingest.take(arrivals, origin=Origin.IMPORT)).new
        if len(entries) < MESSAGES_AT_ONCE:
            return missing


def _to_arrival(entry: JournalEntry, gcid: Gcid | None, sold: Mapping[Vin, int]) -> Arrival:
    """Return the readings of a message; what was refused of it is in quarantine since it came."""
    readings = decode_message(entry.payload, received_at_ms=entry.received_at_ms).readings
    vin = next((reading.vin for reading in readings), None)
    if doubt_of_topic(entry.topic, vin, gcid) is not None:
        readings = ()
    own = [reading for reading in readings if reading.vin not in sold or reading.measured_at_ms < sold[reading.vin]]
    return Arrival(place="stream", payload=entry.payload, received_at_ms=entry.received_at_ms, readings=own)
