"""What the dealers' sites keep between two requests."""

from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.inventory.lots.stock import StockCar, fill_lots
from bimmerhub.emulator.inventory.rate_park import RatePark
from bimmerhub.emulator.inventory.settings import InventorySettings
from bimmerhub.emulator.inventory.storefront_desk import StorefrontDesk


class InventoryParts:
    """What the dealers' sites keep: the stock, tokens, and who is parked."""

    def __init__(self, settings: InventorySettings, *, clock: EmulatorClock, faults: Faults) -> None:
        self.stock: tuple[StockCar, ...] = fill_lots(cars=settings.cars, seed=settings.seed)
        self.tokens = StorefrontDesk(settings, clock=clock, faults=faults)
        self.park = RatePark(settings, clock=clock)

    @property
    def bmws(self) -> tuple[StockCar, ...]:
        """The BMWs of the stock."""
        return tuple(car for car in self.stock if car.model.brand == "BMW")

    @property
    def used_bmws(self) -> tuple[StockCar, ...]:
        """The used ones of them."""
        return tuple(car for car in self.bmws if not car.is_new)

    def forget(self) -> None:
        """Forget tokens and calls."""
        self.tokens.forget()
        self.park.forget()
