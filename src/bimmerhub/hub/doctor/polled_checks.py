"""The checks of an account that is asked and not heard: its sign-in, whether BMW answers, and what came of its cars."""

import asyncio
from collections.abc import Callable, Sequence

from bimmerhub.domain.account.checks import Check, failed, ok, skipped, warning
from bimmerhub.domain.account.link import Link, LinkState
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.errors import SignInRequired, StoreError
from bimmerhub.hub.accounts.book import AccountBook
from bimmerhub.hub.doctor.value_checks import ValueChecks
from bimmerhub.hub.feeds.feed import Feed
from bimmerhub.ids import mask_vin
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.store.ports.readings import ReadingQuery
from bimmerhub.store.ports.vehicles import StoredVehicles
from bimmerhub.times import spell_duration

ANSWERS_WITHIN_S = 25.0


class PolledChecks:
    """Examines accounts of all families but CarData. Costs no call besides those of the feed."""

    def __init__(
        self,
        *,
        accounts: AccountBook,
        vehicles: StoredVehicles,
        readings: ReadingQuery,
        values: ValueChecks,
        now_ms: Callable[[], int],
    ) -> None:
        self._accounts = accounts
        self._vehicles = vehicles
        self._readings = readings
        self._values = values
        self._now_ms = now_ms

    async def check(self, account: StoredAccount, feed: Feed) -> Sequence[Check]:
        """Return the checks, in the order in which it can be mended; up to 25 s, until BMW has answered."""
        link = await self._check_link(feed)
        return [
            await self._check_sign_in(account),
            link,
            *await self._check_cars(account),
            await self._values.check_quarantine(),
            *await self._values.check_odometers(),
            *await self._check_values(account),
        ]

    async def _check_sign_in(self, account: StoredAccount) -> Check:
        how = account.family.login_command(account.name)
        if not account.family.wants_captcha:
            how = f"{how} --remember"
        try:
            tokens = await self._accounts.tokens(account).load()
        except (SignInRequired, StoreError) as error:
            return failed("sign-in", str(error), hint=error.hint)
        if tokens is None:
            return failed("sign-in", "not signed in", hint=how)
        if tokens.remembered is not None:
            return ok("sign-in", "good; the password is kept, so the hub signs in again by itself")
        if account.family.wants_captcha:
            words = spell_duration(tokens.refresh_expires_at_ms - self._now_ms())
            return ok("sign-in", f"good; the hub renews it by itself, without a renewal it would last {words}")
        left_ms = tokens.access_expires_at_ms - self._now_ms()
        if tokens.refresh_token:
            return ok("sign-in", "good; the password is not kept, and BMW may end it")
        lasts = f"lasts for {spell_duration(left_ms)} more" if left_ms > 0 else "has come to its end"
        return warning("sign-in", f"it {lasts}, and the password is not kept", hint=f"Sign in so that it is: {how}")

    async def _check_link(self, feed: Feed) -> Check:
        try:
            async with asyncio.timeout(ANSWERS_WITHIN_S):
                await feed.judged()
        except TimeoutError:
            return warning("answers", f"none within {ANSWERS_WITHIN_S:.0f} s", hint="Wait some minutes and ask again.")
        return judge_answers(feed.link, now_ms=self._now_ms())

    async def _check_cars(self, account: StoredAccount) -> list[Check]:
        seen = [(car, car.seen_by(account.id)) for car in await self._vehicles.vehicles()]
        return [
            ok(f"car {mask_vin(car.vin)}", car.model or "known")
            if relation.trouble is None
            else warning(f"car {mask_vin(car.vin)}", relation.trouble, hint=None)
            for car, relation in seen
            if relation is not None
        ]

    async def _check_values(self, account: StoredAccount) -> list[Check]:
        cars = [car for car in await self._vehicles.vehicles() if car.is_given_to(account.id)]
        return [await self._check_values_of(car) for car in cars]

    async def _check_values_of(self, car: Vehicle) -> Check:
        name = f"values of {mask_vin(car.vin)}"
        newest_ms = [point.measured_at_ms for point in await self._readings.latest(car.vin)]
        if not newest_ms:
            return skipped(name, "none yet; they come with the next answer")
        age = spell_duration(self._now_ms() - max(newest_ms))
        return ok(name, f"{len(newest_ms)} values, the newest was measured {age} ago")


def judge_answers(link: Link, *, now_ms: int) -> Check:
    """Return whether BMW answers, as of now, with the next try counted down."""
    if link.state is LinkState.POLLING:
        last = ""
        if link.last_message_at_ms is not None:
            last = f"; last answer {spell_duration(now_ms - link.last_message_at_ms)} ago"
        words = f"{link.reason}{last}"
        return ok("answers", words) if link.hint is None else warning("answers", words, hint=link.hint)
    soon = "" if link.next_try_at_ms is None else f"; next try in {spell_duration(link.next_try_at_ms - now_ms)}"
    return failed("answers", f"{link.reason}{soon}", hint=link.hint or "The hub tries again by itself.")
