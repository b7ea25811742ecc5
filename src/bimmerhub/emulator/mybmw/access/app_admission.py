"""Which requests the MyBMW app's API lets in: by x-user-agent, by quota, by token."""

from starlette.requests import Request

from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.host.regions import region_of
from bimmerhub.emulator.mybmw.access.app_agents import AppAgent, read_agent
from bimmerhub.emulator.mybmw.access.app_refusals import blocked, forbidden, gateway_refusal, out_of_quota, unauthorized
from bimmerhub.emulator.remote.refusals import RemoteRefusal
from bimmerhub.emulator.remote.remote_admission import refuse_by_status
from bimmerhub.emulator.sign_in.by_password.password_scopes import opens_services
from bimmerhub.emulator.sign_in.identity import Identity
from bimmerhub.ids import Gcid
from bimmerhub.times import DAY_MS

BLOCKED_FROM_YEAR = 2025


class AgentMeter:
    """Counts the calls of each x-user-agent; a day begins at midnight UTC (users 2022)."""

    def __init__(self, *, clock: EmulatorClock, faults: Faults) -> None:
        self._clock = clock
        self._faults = faults
        self._calls: dict[str, tuple[int, int]] = {}
        self._last_ms: dict[str, int] = {}

    def count(self, agent: AppAgent) -> None:
        """Count a call; RemoteRefusal for one too many, one too soon, or one of an app that is too old."""
        now_ms = self._clock.now_ms()
        oldest = self._faults.value("app-obsolete")
        if oldest is not None and agent.major_version < oldest and self._faults.take("app-obsolete"):
            raise forbidden()
        limit_s = self._faults.take_value("app-rate-limit")
        if limit_s is not None:
            raise _too_many(limit_s)
        self._check_pace(agent, now_ms)
        most = self._faults.value("app-quota")
        if most is None:
            return
        day = now_ms // DAY_MS
        counted_on, calls = self._calls.get(agent.text, (day, 0))
        calls = calls if counted_on == day else 0
        if calls >= most and self._faults.take("app-quota"):
            raise out_of_quota(round((DAY_MS - now_ms % DAY_MS) / 1000))
        self._calls[agent.text] = day, calls + 1

    def forget(self) -> None:
        """Forget all calls."""
        self._calls.clear()
        self._last_ms.clear()

    def _check_pace(self, agent: AppAgent, now_ms: int) -> None:
        gap_s = self._faults.value("app-too-fast")
        if gap_s is None:
            return
        before_ms = self._last_ms.get(agent.text)
        self._last_ms[agent.text] = now_ms
        is_too_soon = before_ms is not None and now_ms - before_ms < gap_s * 1000
        if is_too_soon and self._faults.take("app-too-fast"):
            raise _too_many(max(1.0, gap_s))


class AppAdmission:
    """Checks what all requests share."""

    def __init__(self, meter: AgentMeter, *, clock: EmulatorClock, faults: Faults, identity: Identity) -> None:
        self._meter = meter
        self._clock = clock
        self._faults = faults
        self._identity = identity

    def admit(self, request: Request) -> Gcid:
        """Return whose request it is; RemoteRefusal when it is not let in."""
        year = self._faults.value("era")
        self._meter.count(read_agent(request, year=year))
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        access = self._identity.access(token.strip())
        is_good = access is not None and access.expires_at_ms > self._clock.now_ms() and opens_services(access.scopes)
        if access is None or not is_good or scheme.lower() != "bearer" or self._faults.take("older-tokens-refused"):
            raise RemoteRefusal(401) if self._faults.take("app-401-empty") else unauthorized()
        if self._identity.is_elsewhere(region_of(request.url.hostname or ""), gcid=access.gcid):
            raise unauthorized()
        if (year or 0) >= BLOCKED_FROM_YEAR or self._faults.take("app-blocked"):
            raise blocked()
        refuse_by_status(self._faults)
        return access.gcid


def _too_many(wait_s: float) -> RemoteRefusal:
    return gateway_refusal(429, f"Rate limit is exceeded. Try again in {round(wait_s)} seconds.")
