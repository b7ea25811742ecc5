"""What faults make of an answer with tokens: the same tokens in forms that nobody promised to leave out."""

from collections.abc import Callable, Mapping

from bimmerhub.emulator.faults.switches import Faults

STRANGERS_GCID = "99999999-8888-7777-6666-555555555555"
"""An account that nobody here has."""


def make_odd(answer: Mapping[str, object], faults: Faults) -> Mapping[str, object]:
    """Return an answer with tokens as the faults of the moment make it."""
    odd = dict(answer)
    for name, (member, oddity) in _ODDITIES.items():
        value = faults.value(name) or 0.0
        if member in odd and faults.take(name):
            odd[member] = oddity(odd[member], value)
    return odd


_ODDITIES: Mapping[str, tuple[str, Callable[[object, float], object]]] = {
    "expires-in-text": ("expires_in", lambda usual, _: str(usual)),
    "expires-in-float": ("expires_in", lambda usual, _: float(str(usual)) - 0.5),
    "expires-in-is": ("expires_in", lambda _, value: int(value)),
    "scope-null": ("scope", lambda *_: None),
    "scope-list": ("scope", lambda usual, _: str(usual).split()),
    "gcid-null": ("gcid", lambda *_: None),
    "another-gcid": ("gcid", lambda *_: STRANGERS_GCID),
}
"""By the name of the fault: the member that is odd, and what becomes of it with the fault's strength."""
