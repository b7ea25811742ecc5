"""How the portal can be told to misbehave; the code that asks for a fault is in this folder."""

from bimmerhub.emulator.faults.fault import Area, Fault


def _portal(name: str, summary: str, seen: str, value: float | None = None) -> Fault:
    return Fault(name=name, area=Area.CONNECTEDDRIVE, summary=summary, seen=seen, value=value)


CONNECTEDDRIVE_FAULTS = (
    _portal("portal-gone", "the ConnectedDrive portal answers 404", "users since 2022"),
    _portal("portal-error-as-200", "refusals of the portal have status 200", "clients 2018-2021"),
    _portal("navigation-minimal", "navigation tells position, auxiliary power and battery only", "a stored answer"),
    _portal("dynamic-empty", "dynamic answers an empty body, as while a car drives", "clients 2018-2021"),
    _portal("dynamic-control-characters", "texts of dynamic hold raw line feeds", "clients 2018-2021"),
)
