"""Finds cars in garages: by owner, and by VIN alone where anybody may ask."""

from collections.abc import Iterable

from bimmerhub.emulator.mygarage.order_book import GarageCar, OrderBook
from bimmerhub.emulator.remote.account_vehicles import AccountVehicles
from bimmerhub.ids import Gcid


class Garages:
    """The garages of all accounts."""

    def __init__(self, *, cars: AccountVehicles, orders: OrderBook, accounts: Iterable[Gcid]) -> None:
        self._cars = cars
        self._orders = orders
        self._accounts = tuple(accounts)

    async def list_cars(self, gcid: Gcid) -> list[GarageCar]:
        """Return the cars that an owner has, and the ordered one last."""
        owned = [self._orders.in_garage(vehicle) for vehicle in await self._cars.list_cars(gcid)]
        return [*owned, self._orders.order_of(gcid)]

    async def car_of(self, gcid: Gcid, vin: str | None) -> GarageCar | None:
        """Return an owner's car by VIN, without a VIN the first one; None when there is no such car."""
        cars = await self.list_cars(gcid)
        return next((car for car in cars if vin in {None, car.vin}), None)

    async def car_anywhere(self, vin: str) -> GarageCar | None:
        """Return a car that somebody has, or has ordered; None when nobody does."""
        for gcid in self._accounts:
            vehicle = await self._cars.find(gcid, vin)
            if vehicle is not None:
                return self._orders.in_garage(vehicle)
        orders = (self._orders.order_of(gcid) for gcid in self._accounts)
        return next((order for order in orders if order.vin == vin), None)
