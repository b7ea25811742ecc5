"""What BMW says of an account, by REST: its cars and its containers. One call each."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from bimmerhub.bmw.cardata.models import Container, MappingList
from bimmerhub.bmw.cardata.rest import CarDataRest
from bimmerhub.domain.account.checks import Check, Outcome, failed, ok, skipped, warning
from bimmerhub.domain.vehicle import PRIMARY
from bimmerhub.errors import BimmerhubError, QuotaSpent
from bimmerhub.ids import mask_vin

CONTAINERS_AT_MOST = 10
SLOW_S = 5.0
"""BMW usually answers within two (clients 2025-2026)."""


async def check_mappings(rest: CarDataRest, note: Callable[[MappingList], Awaitable[None]]) -> Check:
    """Tell whether BMW gives this account the data of its cars, and let it be noted. One call."""
    name, begun_s = "vehicles", time.monotonic()
    try:
        mappings = await rest.fetch_mapping_list()
    except BimmerhubError as error:
        return _not_answered(name, error)
    answered_s = time.monotonic() - begun_s
    await note(mappings)
    return judge_answer_time(_judge_mappings(name, mappings), answered_s)


def _judge_mappings(name: str, answer: MappingList) -> Check:
    mappings = answer.data
    if not mappings:
        return failed(name, "BMW knows no car of this account", hint="Add the car in the My BMW app first.")
    cars = ", ".join(f"{mask_vin(mapping.vin)} {mapping.mapping_type or 'no mapping told'}" for mapping in mappings)
    if any(mapping.mapping_type not in (PRIMARY, None) for mapping in mappings):
        hint = "BMW gives data to the primary user only: become it in the My BMW app, or sign in with that account."
        return warning(name, cars, hint=hint)
    if answer.unreadable_items:
        hint = "What is known of the others stays as it was."
        return warning(name, f"{cars}; {answer.unreadable_items} that cannot be read", hint=hint)
    return ok(name, cars)


async def check_containers(rest: CarDataRest, own: frozenset[str]) -> Check:
    """Tell whether there is room for the hub's containers, and whether its `own` (ids) are there. One call."""
    name, begun_s = "containers", time.monotonic()
    try:
        containers = await rest.fetch_containers()
    except BimmerhubError as error:
        return _not_answered(name, error)
    return judge_answer_time(_judge_containers(name, containers, own), time.monotonic() - begun_s)


def _judge_containers(name: str, containers: Sequence[Container], own: frozenset[str]) -> Check:
    active = {container.container_id for container in containers if container.state in ("ACTIVE", None)}
    places = f"{len(containers)} of {CONTAINERS_AT_MOST} places taken, {len(own & active)} of them ours and active"
    if own - active:
        return warning(name, f"{places}; one of ours is gone", hint="The hub makes a new one at its next REST call.")
    if len(containers) >= CONTAINERS_AT_MOST and not own:
        hint = "Delete some (bimmerhub containers list); deleted ones keep their place for 29 days."
        return failed(name, f"{places}: none is left for the hub", hint=hint)
    return ok(name, places)


def judge_answer_time(check: Check, answered_s: float) -> Check:
    """Return a check with the time that BMW took, where that is worth a word."""
    if answered_s < SLOW_S:
        return check
    words = f"{check.finding}; BMW took {answered_s:.0f} s to answer"
    hint = check.hint or "BMW is slow just now: what is asked of it comes late."
    outcome = Outcome.WARNING if check.outcome is Outcome.OK else check.outcome
    return replace(check, finding=words, outcome=outcome, hint=hint)


def _not_answered(name: str, error: BimmerhubError) -> Check:
    """Return the check of a call that failed; what a spent quota means is said by the quota's own check."""
    words = str(error).removeprefix("containers: ")
    return skipped(name, words) if isinstance(error, QuotaSpent) else failed(name, words, hint=error.hint)
