"""What a charge lost between the grid and the battery, in kWh."""

from dataclasses import replace

from bimmerhub.domain.charging_sessions.session_record import ChargingRecord


def with_losses(record: ChargingRecord) -> ChargingRecord:
    """Return the record with what was lost by its two figures of energy.

    None where one is missing, or the two contradict each other. It is as far off as both together may be.
    """
    battery_kwh, grid_kwh = record.energy_battery_kwh, record.energy_grid_kwh
    how = {name: value for name, value in record.how.items() if name != "losses_kwh"}
    band = {name: value for name, value in record.band.items() if name != "losses_kwh"}
    if battery_kwh is None or grid_kwh is None or grid_kwh < battery_kwh:
        return replace(record, losses_kwh=None, how=how, band=band)
    energies = ("energy_battery_kwh", "energy_grid_kwh")
    how["losses_kwh"] = "estimated" if "estimated" in {how.get(name) for name in energies} else "derived"
    if bands := [band[name] for name in energies if name in band]:
        band["losses_kwh"] = round(sum(bands), 3)
    return replace(record, losses_kwh=round(grid_kwh - battery_kwh, 3), how=how, band=band)
