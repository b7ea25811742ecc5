"""AC or DC: what tells them apart, while a charge goes on and in its record."""

from collections.abc import Mapping
from typing import Final

from bimmerhub.domain.charging_sessions.session_evidence import Said
from bimmerhub.domain.charging_sessions.session_record import Kind
from bimmerhub.domain.charging_sessions.session_state import OpenSession

AC_AT_MOST_KW: Final = 25.0
"""No BMW charges with more than 22 kW from AC."""


def with_kind(session: OpenSession, said: Mapping[str, Said]) -> OpenSession:
    """Return the session with what the plug, the method and the power said of an instant tell of AC and DC."""
    method, power = said.get("method"), said.get("power")
    is_dc_method = isinstance(method, str) and method.upper().startswith("DC")
    if said.get("dc_plug") is True or is_dc_method or (isinstance(power, float) and power > AC_AT_MOST_KW):
        return session if session.is_dc else session._replace(is_dc=True)
    is_ac = isinstance(method, str) and method.upper().startswith("AC")
    return session._replace(is_dc=False) if is_ac and session.is_dc is None else session


def derive_kind(session: OpenSession) -> Kind | None:
    """Return whether the charge is AC or DC: by what was said of it, else by the power as read, or the phases."""
    if session.is_dc is not None:
        return "dc" if session.is_dc else "ac"
    max_kw = session.flow.max_kw
    if max_kw is not None and max_kw > AC_AT_MOST_KW:
        return "dc"
    return "ac" if session.flow.phases or session.flow.volts else None
