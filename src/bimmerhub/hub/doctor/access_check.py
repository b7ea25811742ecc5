"""Who may come in, as the doctor says it: whether a password is set, and whether a proxy passes on strangers."""

from bimmerhub.domain.account.checks import Check, ok, warning
from bimmerhub.times import DAY_MS, spell_duration
from bimmerhub.web.access.forwarding import ProxySighting

_NAME = "access"
_HOW = "docs/how-to/reverse-proxy.md"
_SEEN_WITHIN_MS = DAY_MS


def check_access(*, has_password: bool, trusts_proxy: bool, sighting: ProxySighting | None, now_ms: int) -> Check:
    """Return what the doctor says; `sighting` is the newest request through a proxy that is not trusted."""
    if sighting is not None and now_ms - sighting.at_ms < _SEEN_WITHIN_MS:
        ago = spell_duration(max(0, now_ms - sighting.at_ms))
        return warning(
            _NAME,
            f"{ago} ago a request came through a proxy at {sighting.address or 'an unknown address'} that is not "
            f"trusted ({', '.join(sighting.headers)}): whoever comes that way is a stranger",
            hint=f'If it is yours: bimmerhub password set, then [hub] trusted_proxies = ["{sighting.address}"]; '
            f"see {_HOW}",
        )
    if has_password:
        return ok(_NAME, "a password is set: nobody reads without a proof")
    if trusts_proxy:
        return warning(
            _NAME,
            "a proxy is trusted, and no password is set: whoever it takes for a program on this machine may read",
            hint=f"bimmerhub password set; see {_HOW}",
        )
    return ok(_NAME, "no password is set: every program on this machine may read, and changes need a proof")
