"""`bimmerhub provider watch`: what the streams of many owners bring, one line each."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bimmerhub.bmw.cardata.provider import OwnerEvent, OwnerFailed, OwnerLink, OwnerReading
from bimmerhub.cli.printing.output import local_time, print_json_line, print_text, say, show_value, with_hint
from bimmerhub.cli.providing.provider_owners import (
    describe_reading,
    describe_revocation,
    find_owners,
    load_owners,
    open_provider,
)
from bimmerhub.cli.providing.revocation_words import spell_revocation
from bimmerhub.ids import mask_vin
from bimmerhub.views.account.owners import OwnerFailureEvent, OwnerReadingEvent, OwnerRevocationEvent
from bimmerhub.views.problems import to_problem

if TYPE_CHECKING:
    from bimmerhub.cli.context import Options


async def watch_owners(options: "Options", names: Sequence[str], *, json: bool) -> None:
    """Print what comes of the active owners, or of these, until none of them is left."""
    gcids = find_owners(await load_owners(options), names)
    async with open_provider(options) as provider, provider.listening(gcids) as events:
        async for event in events:
            _print_event(event, json=json)
    say("There is no owner left to listen to.")


def _print_event(event: OwnerEvent, *, json: bool) -> None:
    match event:
        case OwnerLink():
            state, reason = event.state.value, event.reason
            say(f"{event.label}: {reason if reason.startswith(state) else f'{state}: {reason}'}")
        case OwnerReading():
            _print_reading(event, json=json)
        case OwnerFailed():
            say(f"{event.label}: {with_hint(str(event.error), event.error.hint)}")
            if json:
                error = to_problem(event.error).error
                print_json_line(OwnerFailureEvent(gcid=event.gcid, label=event.label, error=error))
        case _:
            revocation = describe_revocation(event)
            say(f"{event.label}: {spell_revocation(revocation)}")
            if json:
                print_json_line(OwnerRevocationEvent(revocation=revocation))


def _print_reading(event: OwnerReading, *, json: bool) -> None:
    shown = describe_reading(event.reading, displayed=None)
    if json:
        line = OwnerReadingEvent(gcid=event.gcid, label=event.label, vin=event.reading.vin, reading=shown)
        print_json_line(line)
        return
    value, at = show_value(shown.value, shown.unit), local_time(shown.measured_at)
    print_text(f"{at}  {event.label}  {mask_vin(event.reading.vin)}  {shown.descriptor}  {value}")
