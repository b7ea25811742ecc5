"""From the values of domain, store and ports to the shapes of `answers`."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
from starlette.responses import Response

from bimmerhub.domain.account.checks import Check
from bimmerhub.domain.account.link import Link
from bimmerhub.domain.account.quota import Quota
from bimmerhub.domain.catalogue.descriptors import CatalogueEntry, load_catalogue
from bimmerhub.domain.coverage import Coverage
from bimmerhub.domain.positions import Position
from bimmerhub.domain.reading import Reading, Source
from bimmerhub.domain.signals.value import SignalValue
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.store.ports.quarantine import Refused
from bimmerhub.store.ports.readings import Bucket, Point, SeriesInfo
from bimmerhub.times import format_optional_time, format_time
from bimmerhub.views.ports import Account, Health, ImportProgress, SignInState
from bimmerhub.views.shapes import (
    AccountAnswer,
    BucketAnswer,
    CatalogueAnswer,
    CheckAnswer,
    CoverageAnswer,
    DescriptorAnswer,
    HealthAnswer,
    ImportAnswer,
    LinkAnswer,
    PositionAnswer,
    QuarantinedReading,
    QuotaAnswer,
    ReadingAnswer,
    RefusedAnswer,
    SignalAnswer,
    SignInAnswer,
    VehicleAnswer,
)

SHOWN_PAYLOAD_CHARACTERS: Final = 4_000
SOURCE_NAMES: Final = ("", *(source.name.lower() for source in sorted(Source)))
"""`stream`, `rest`, `archive`, `capture`: how a source is spelled in every answer, by its number. A tuple, for an enum
is slow to hash and every row asks."""

_encode = msgspec.json.Encoder().encode


def json_answer(answer: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return `answer` (one of the shapes) as a JSON response, past FastAPI's validation of what we built ourselves."""
    return Response(_encode(answer), status_code=status, headers=headers, media_type="application/json")


def describe_vehicle(vehicle: Vehicle, *, has_image: bool) -> VehicleAnswer:
    """Return a vehicle as the API tells it."""
    return {
        "vin": vehicle.vin,
        "name": vehicle.name,
        "brand": vehicle.brand,
        "model": vehicle.model,
        "drivetrain": vehicle.drivetrain,
        "mapping": vehicle.mapping,
        "account": vehicle.account,
        "has_image": has_image,
    }


def describe_signal(signal: SignalValue, *, now_ms: int) -> SignalAnswer:
    """Return a signal's value with its age at `now_ms`; an age is never negative, also when clocks differ."""
    return {
        "value": signal.value,
        "unit": signal.unit,
        "measured_at": format_time(signal.measured_at_ms),
        "age_s": max(0, now_ms - signal.measured_at_ms) // 1000,
        "descriptor": signal.descriptor,
        "source": SOURCE_NAMES[signal.source],
        "quality": signal.quality,
    }


def describe_points(points: Sequence[Point]) -> list[ReadingAnswer]:
    """Return stored readings as they are."""
    return [
        {
            "descriptor": point.descriptor,
            "value": point.value,
            "unit": point.unit,
            "measured_at": format_time(point.measured_at_ms),
            "source": SOURCE_NAMES[point.source],
        }
        for point in points
    ]


def describe_bucket(bucket: Bucket) -> BucketAnswer:
    """Return one bucket as it is."""
    return {
        "start_at": format_time(bucket.start_at_ms),
        "min": bucket.min,
        "max": bucket.max,
        "mean": bucket.mean,
        "first": bucket.first,
        "last": bucket.last,
        "count": bucket.count,
    }


def describe_position(position: Position) -> PositionAnswer:
    """Return one position."""
    return {
        "measured_at": format_time(position.measured_at_ms),
        "latitude_deg": position.latitude_deg,
        "longitude_deg": position.longitude_deg,
        "quality": position.quality,
    }


def describe_series(series: SeriesInfo) -> DescriptorAnswer:
    """Return what is stored of a descriptor, with its title where BMW's catalogue lists it."""
    entry = load_catalogue().get(series.descriptor)
    return {
        "descriptor": series.descriptor,
        "title": None if entry is None else entry.title,
        "unit": series.unit,
        "count": series.count,
        "first_measured_at": format_time(series.first_measured_at_ms),
        "last_measured_at": format_time(series.last_measured_at_ms),
    }


def describe_link(link: Link) -> LinkAnswer:
    """Return an account's link."""
    return {
        "account": link.account,
        "state": link.state.value,
        "reason": link.reason,
        "hint": link.hint,
        "since": format_time(link.since_ms),
        "last_message_at": format_optional_time(link.last_message_at_ms),
        "messages": link.messages,
        "failures": link.failures,
        "next_try_at": format_optional_time(link.next_try_at_ms),
        "refresh_expires_at": format_optional_time(link.refresh_expires_at_ms),
        "token_warning": link.token_warning,
    }


def describe_account(account: Account, link: Link | None) -> AccountAnswer:
    """Return an account with its link."""
    return {
        "name": account.name,
        "client_id": account.client_id,
        "gcid": account.gcid,
        "signed_in": account.signed_in,
        "signed_in_at": format_optional_time(account.signed_in_at_ms),
        "link": None if link is None else describe_link(link),
    }


def describe_sign_in(state: SignInState) -> SignInAnswer:
    """Return how far a sign-in is."""
    return {
        "account": state.account,
        "status": state.status,
        "user_code": state.user_code,
        "verification_uri": state.verification_uri,
        "verification_uri_complete": state.verification_uri_complete,
        "expires_at": format_time(state.expires_at_ms),
        "message": state.message,
        "hint": state.hint,
    }


def describe_quota(quota: Quota) -> QuotaAnswer:
    """Return an account's quota, with what is left of it."""
    return {
        "account": quota.account,
        "used": quota.used,
        "limit": quota.limit,
        "remaining": quota.remaining,
        "resets_at": format_time(quota.resets_at_ms),
        "spent": [{"caller": each.caller, "operation": each.operation, "calls": each.calls} for each in quota.spent],
        "spent_by_operation": dict(quota.spent_by_operation),
        "planned": quota.planned,
        "runs_out_at": format_optional_time(quota.runs_out_at_ms),
    }


def describe_check(check: Check) -> CheckAnswer:
    """Return one check of an examination."""
    return {"name": check.name, "outcome": check.outcome.value, "found": check.found, "hint": check.hint}


def describe_coverage(coverage: Coverage) -> CoverageAnswer:
    """Return whether a descriptor arrives."""
    return {
        "descriptor": coverage.descriptor,
        "title": coverage.title,
        "ticked": coverage.ticked,
        "verdict": coverage.verdict.value,
        "why": coverage.why,
        "last_streamed_at": format_optional_time(coverage.last_streamed_ms),
        "last_rest_at": format_optional_time(coverage.last_rest_ms),
        "usual_gap_s": coverage.usual_gap_s,
    }


def describe_quarantined(reading: Reading) -> QuarantinedReading:
    """Return a reading that was not believed."""
    return {
        "vin": reading.vin,
        "descriptor": reading.descriptor,
        "value": reading.value,
        "unit": reading.unit,
        "measured_at": format_time(reading.measured_at_ms),
        "source": SOURCE_NAMES[reading.source],
    }


def describe_refused(refused: Refused) -> RefusedAnswer:
    """Return a quarantined item; bytes that are no UTF-8 show as replacement characters."""
    return {
        "id": refused.id or 0,
        "received_at": format_time(refused.received_at_ms),
        "reason": refused.reason,
        "origin": refused.origin,
        "descriptor": refused.descriptor,
        "reading": None if refused.reading is None else describe_quarantined(refused.reading),
        "payload": refused.payload[: 4 * SHOWN_PAYLOAD_CHARACTERS].decode(errors="replace")[:SHOWN_PAYLOAD_CHARACTERS],
        "payload_bytes": len(refused.payload),
    }


def describe_progress(progress: ImportProgress) -> ImportAnswer:
    """Return how far an import is."""
    return {
        "lines": progress.lines,
        "read": progress.read,
        "new": progress.new,
        "repeated": progress.repeated,
        "refused": progress.refused,
        "refused_lines": [{"line": line.line, "reason": line.reason} for line in progress.refused_lines],
        "done": progress.done,
    }


def describe_health(health: Health, links: Sequence[Link]) -> HealthAnswer:
    """Return the hub's health with these links."""
    return {
        "status": health.status,
        "version": health.version,
        "uptime_s": round(health.uptime_s, 3),
        "readings_stored": health.readings_stored,
        "readings_refused": health.readings_refused,
        "readings_not_stored": health.readings_not_stored,
        "last_store_error": health.last_store_error,
        "links": [describe_link(link) for link in links],
    }


def describe_entry(entry: CatalogueEntry) -> CatalogueAnswer:
    """Return one entry of the catalogue."""
    return {
        "descriptor": entry.key,
        "title": entry.title,
        "category": entry.category,
        "datatype": entry.datatype,
        "unit": entry.unit,
        "values": list(entry.values),
        "streamable": entry.streamable,
        "drivetrains": list(entry.drivetrains),
        "note": entry.note,
    }
