"""The REST calls of each account on the present UTC day; a list, and an event of its own."""

from typing import Annotated

import msgspec

from bimmerhub.domain.account.calls import PlannedCall
from bimmerhub.domain.account.quota import Quota
from bimmerhub.times import format_optional_time, format_time
from bimmerhub.views.fields import Page, Time
from bimmerhub.views.ports.accounts import Quotas
from bimmerhub.views.viewer import Viewer


class SpentAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Calls of one kind, and for whom they were made."""

    caller: Annotated[
        str, msgspec.Meta(description="schedule (the hub by itself), fetch (a person), cli, api or doctor")
    ]
    operation: str
    calls: int


class PlannedCallAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A call that the hub will make by itself."""

    at: Annotated[Time, msgspec.Meta(description="not before; calls that are due together follow one another")]
    what: Annotated[str, msgspec.Meta(description="such as values, rest-only-values, mappings, basic-data or tyres")]
    vin: Annotated[str | None, msgspec.Meta(description="null where it is the account's")]
    calls: int
    reason: Annotated[str, msgspec.Meta(description="why it is made, and why then")]


class RefusedCarAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A car whose data BMW refused."""

    vin: str
    again_at: Annotated[Time, msgspec.Meta(description="when the hub asks for it again, not before")]


class QuotaAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The REST calls of one account on the present UTC day."""

    account: str
    used: int
    limit: Annotated[int, msgspec.Meta(description="BMW's 50, or fewer by `[rest] limit`; it holds for every caller")]
    reserve: Annotated[int, msgspec.Meta(description="how many of them the hub leaves to a person")]
    remaining: int
    resets_at: Time
    spent: list[SpentAnswer]
    spent_by_operation: dict[str, int]
    planned: Annotated[int | None, msgspec.Meta(description="calls that the hub will make by itself before the reset")]
    plan: Annotated[list[PlannedCallAnswer], msgspec.Meta(description="these calls, the next one first")]
    runs_out_at: Annotated[
        Time | None,
        msgspec.Meta(description="when the rest is spent at the present pace; null: not before the reset"),
    ]
    refused: Annotated[
        list[RefusedCarAnswer],
        msgspec.Meta(description="cars whose values or basic data BMW refused: they are not in the plan until then"),
    ]


async def view_quotas(viewer: Viewer, quotas: Quotas) -> Page[QuotaAnswer]:
    """Return the quota of every account."""
    viewer.require_owner()
    return Page(items=[describe_quota(quota) for quota in await quotas.quotas()], next=None)


def describe_quota(quota: Quota) -> QuotaAnswer:
    """Return an account's quota in its public shape, with what is left of it."""
    return QuotaAnswer(
        account=quota.account,
        used=quota.used,
        limit=quota.limit,
        reserve=quota.reserve,
        remaining=quota.remaining,
        resets_at=format_time(quota.resets_at_ms),
        spent=[SpentAnswer(caller=spent.caller, operation=spent.operation, calls=spent.calls) for spent in quota.spent],
        spent_by_operation=dict(quota.spent_by_operation),
        planned=quota.planned,
        plan=[_describe_call(call) for call in quota.plan],
        runs_out_at=format_optional_time(quota.runs_out_at_ms),
        refused=[RefusedCarAnswer(vin=vin, again_at=format_time(again_ms)) for vin, again_ms in quota.refused.items()],
    )


def _describe_call(call: PlannedCall) -> PlannedCallAnswer:
    return PlannedCallAnswer(
        at=format_time(call.due_ms), what=call.ask.kind, vin=call.ask.vin, calls=call.calls, reason=call.reason
    )
