"""The photos of the stock: one drawing for each shape of body."""

from collections.abc import Mapping, Sequence
from math import sqrt

from bimmerhub.emulator.cardata.answers.image import BODY, GLASS, SALOON, Shape, draw_car
from bimmerhub.emulator.inventory.lots.stock import StockCar
from bimmerhub.emulator.inventory.lots.stock_models import BodyStyle

_HULL: Shape = (132, 200, lambda share: (58 - 14 * share, 428 + 12 * sqrt(share)), BODY)
_TALL_HULL: Shape = (122, 202, lambda share: (62 - 12 * share, 428 + 10 * sqrt(share)), BODY)
_SHAPES: Mapping[BodyStyle, Sequence[Shape]] = {
    BodyStyle.SEDAN: SALOON,
    BodyStyle.COUPE: (
        (90, 136, lambda share: (196 - 76 * share, 286 + 96 * share), BODY),
        (98, 132, lambda share: (196 - 54 * share, 262), GLASS),
        (98, 132, lambda share: (272, 292 + 70 * share), GLASS),
        _HULL,
    ),
    BodyStyle.CONVERTIBLE: ((104, 136, lambda share: (176 - 36 * share, 184), GLASS), _HULL),
    BodyStyle.SAV: (
        (66, 126, lambda share: (158 - 44 * share, 380 + 34 * share), BODY),
        (76, 120, lambda share: (160 - 34 * share, 244), GLASS),
        (76, 120, lambda share: (256, 376 + 22 * share), GLASS),
        _TALL_HULL,
    ),
    BodyStyle.HARDTOP: (
        (76, 134, lambda share: (150 - 34 * share, 366 + 30 * share), BODY),
        (84, 130, lambda share: (152 - 26 * share, 240), GLASS),
        (84, 130, lambda share: (250, 364 + 18 * share), GLASS),
        (128, 200, lambda share: (84 - 12 * share, 410 + 8 * sqrt(share)), BODY),
    ),
}


def photo_name(car: StockCar) -> str:
    """Return the file name of a car's photo."""
    return f"{car.model.body.name.lower()}.png"


def draw_photo(name: str) -> bytes | None:
    """Return a photo as PNG, None when there is no such file."""
    body = {f"{style.name.lower()}.png": style for style in BodyStyle}.get(name)
    return None if body is None else draw_car(body.value, shapes=_SHAPES[body])
