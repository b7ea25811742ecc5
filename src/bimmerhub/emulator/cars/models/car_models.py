"""The models that can be simulated, by their codes."""

from dataclasses import replace

from bimmerhub.emulator.cars.models import electric_models, tank_models
from bimmerhub.emulator.cars.models.car_model import CarModel
from bimmerhub.emulator.cars.models.equipment import Equipment, reckon_consumption
from bimmerhub.emulator.cars.models.equipment_table import EQUIPMENT

_MACHINES: dict[str, CarModel] = {
    "bev": electric_models.I5,
    "phev": tank_models.X1_HYBRID,
    "ice": tank_models.MINI,
    "i4": electric_models.I4,
    "i4-35": electric_models.I4_EDRIVE35,
    "ix3": electric_models.IX3,
    "i3": electric_models.I3,
    "i3-rex": electric_models.I3_REX,
    "spectre": electric_models.SPECTRE,
    "x3-30e": tank_models.X3_HYBRID,
    "330e-gb": tank_models.THREE_HYBRID_IN_MILES,
    "x1": tank_models.X1_PETROL,
    "530d": tank_models.FIVE_DIESEL,
    "x5-30d": tank_models.X5_DIESEL,
    "cooper-s": tank_models.MINI_WITH_LEVEL,
    "m2": tank_models.M2,
    "supra": tank_models.SUPRA,
    "motorcycle": tank_models.MOTORCYCLE,
}


def _complete(equipment: Equipment, model: CarModel) -> Equipment:
    """Return equipment with what the machine decides."""
    return replace(
        equipment,
        tank_l=model.tank_l or None,
        consumption=reckon_consumption(model.kwh_per_100km) if model.battery_kwh else None,
    )


MODELS = {code: replace(model, equipment=_complete(EQUIPMENT[code], model)) for code, model in _MACHINES.items()}
"""The first three are the cars of an account that does not choose."""
