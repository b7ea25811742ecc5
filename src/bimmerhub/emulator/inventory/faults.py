"""How the dealers' inventory can be told to misbehave; the code that asks for a fault is in this folder."""

from bimmerhub.emulator.faults.fault import Area, Fault


def _inventory(name: str, summary: str, seen: str, value: float | None = None) -> Fault:
    return Fault(name=name, area=Area.INVENTORY, summary=summary, seen=seen, value=value)


INVENTORY_FAULTS = (
    _inventory("inventory-parked", "the search answers 403, as after too many calls", "clients 2025-2026"),
    _inventory("inventory-tokens-refused", "the search refuses every token by 401", "clients 2023-2026"),
    _inventory("inventory-500", "searches and the configurator answer 500", "inferred"),
    _inventory("inventory-not-json", "searches and the configurator answer 502 in HTML", "inferred"),
    _inventory("inventory-slow", "searches and the configurator answer so many seconds later", "inferred", 5.0),
    _inventory("graphql-errors", "MINI's search answers 200 with errors and no data", "GraphQL's specification"),
)
