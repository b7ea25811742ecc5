"""What configure.bmwusa.com answers: the models, and of one model its configuration, options and data sheet.

Known from clients only (2023-2026), but for the names of the fields.
"""

from bimmerhub.emulator.inventory.lots.stock import OPTIONS, PAINTS, UPHOLSTERIES
from bimmerhub.emulator.inventory.lots.stock_models import StockModel, models_of

_COLOURS = {"White": "#f2f2ee", "Black": "#16181a", "Blue": "#23406e", "Gray": "#70757a", "Red": "#a3202b"}
_COSY_PATH = "/cosySec?COSY-EU-100-"


def list_models() -> dict[str, object]:
    """Return the models by series and body style."""
    series: dict[str, dict[str, list[dict[str, object]]]] = {}
    for model in models_of("BMW"):
        models = series.setdefault(model.series, {}).setdefault(model.body.value, [])
        models.append({"code": model.code, "name": model.name})
    return {
        name: {"bodyStyles": [{"name": body, "models": models} for body, models in styles.items()]}
        for name, styles in series.items()
    }


def start_configuration(model: StockModel) -> dict[str, object]:
    """Return where a configuration begins: its designs, and what each option is."""
    details: dict[str, object] = {code: _detail(name) for code, name in OPTIONS.items()}
    details |= {f"P{code}": _detail(name, is_paint=True) for code, (name, _) in PAINTS.items()}
    details |= {f"F{code}": _detail(name, is_upholstery=True) for code, (name, _) in UPHOLSTERIES.items()}
    return {
        "configuration": {
            "designs": [{"code": f"{model.code}-STD"}, {"code": f"{model.code}-ZMP"}],
        },
        "optionDetails": details,
    }


def list_options(model: StockModel) -> list[dict[str, object]]:
    """Return what can be ordered with a model; paints have their colour."""
    options: list[dict[str, object]] = [
        {"code": f"P{code}", "name": name, "rgbValues": _COLOURS[colour], "cosyUrl": _COSY_PATH + model.code + code}
        for code, (name, colour) in PAINTS.items()
    ]
    options += [{"code": code, "name": name, "cosyUrl": None} for code, name in OPTIONS.items()]
    return options


def describe_figures(model: StockModel) -> dict[str, object]:
    """Return the data sheet; its form is invented."""
    return {
        "code": model.code,
        "techSpecs": [
            {"name": "Cylinders", "value": str(model.cylinders)},
            {"name": "Displacement", "value": f"{model.litres:.1f} l"},
            {"name": "City MPG", "value": str(model.city_mpg)},
            {"name": "Highway MPG", "value": str(model.highway_mpg)},
        ],
    }


def _detail(name: str, *, is_paint: bool = False, is_upholstery: bool = False) -> dict[str, object]:
    return {"name": name, "isPaint": is_paint, "isUpholstery": is_upholstery, "isTrim": False}
