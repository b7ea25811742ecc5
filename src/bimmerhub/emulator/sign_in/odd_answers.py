"""What faults make of an answer with tokens: the same tokens in forms that nobody promised to leave out."""

from collections.abc import Callable, Mapping

from bimmerhub.emulator.faults.switches import Faults

STRANGERS_GCID = "99999999-8888-7777-6666-555555555555"
"""An account that nobody here has."""
_Oddity = Callable[[Mapping[str, object], float | None], object]
"""Returns a member's odd value, of the usual answer and the fault's strength."""


def make_odd(answer: Mapping[str, object], faults: Faults) -> Mapping[str, object]:
    """Return an answer with tokens as the faults of the moment make it."""
    odd = dict(answer)
    for name, (member, oddity) in _ODDITIES.items():
        if faults.is_on(name) and member in odd:
            odd[member] = oddity(answer, faults.value(name))
            faults.take(name)
    return odd


def _expires_as_text(answer: Mapping[str, object], _value: float | None) -> object:
    return f"{answer['expires_in']}"


def _expires_as_float(answer: Mapping[str, object], _value: float | None) -> object:
    return float(f"{answer['expires_in']}") - 0.5


def _expires_in_value(_answer: Mapping[str, object], value: float | None) -> object:
    return int(value or 0)


def _scope_as_null(_answer: Mapping[str, object], _value: float | None) -> object:
    return None


def _scope_as_list(answer: Mapping[str, object], _value: float | None) -> object:
    return f"{answer['scope']}".split()


def _gcid_as_null(_answer: Mapping[str, object], _value: float | None) -> object:
    return None


def _gcid_of_a_stranger(_answer: Mapping[str, object], _value: float | None) -> object:
    return STRANGERS_GCID


_ODDITIES: Mapping[str, tuple[str, _Oddity]] = {
    "expires-in-text": ("expires_in", _expires_as_text),
    "expires-in-float": ("expires_in", _expires_as_float),
    "expires-in-is": ("expires_in", _expires_in_value),
    "scope-null": ("scope", _scope_as_null),
    "scope-list": ("scope", _scope_as_list),
    "gcid-null": ("gcid", _gcid_as_null),
    "another-gcid": ("gcid", _gcid_of_a_stranger),
}
