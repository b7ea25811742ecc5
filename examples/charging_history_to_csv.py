"""Print what BMW recorded of charging as CSV, newest first.

    python charging_history_to_csv.py [DAYS] > charging.csv

Costs one REST call for the list of cars and, for each car, one for every 45 days and one more for every further ten
sessions. Without DAYS it goes back 90 days.
"""

import asyncio
import csv
import sys
from datetime import UTC, datetime, timedelta

from account import open_cardata
from bimmerhub.bmw.cardata import BmwChargingSession
from bimmerhub.errors import BimmerhubError

COLUMNS = ["vin", "started_at", "minutes", "start_soc_percent", "end_soc_percent", "energy_from_grid_kwh", "place"]


def row(vin: str, session: BmwChargingSession) -> list[object]:
    """Return one session as a row of the table; what BMW does not say stays empty."""
    return [
        vin,
        session.started_at.isoformat(),
        None if session.end_time_s is None else round((session.end_time_s - session.start_time_s) / 60),
        session.start_soc_percent,
        session.end_soc_percent,
        session.energy_from_grid_kwh,
        session.location and session.location.formatted_address,
    ]


async def main(days: int) -> None:
    table = csv.writer(sys.stdout)
    table.writerow(COLUMNS)
    until = datetime.now(UTC)
    async with open_cardata() as cardata:
        for vehicle in await cardata.fetch_vehicles():
            async for session in vehicle.fetch_charging_sessions(until - timedelta(days=days), until):
                table.writerow(row(vehicle.vin, session))


if __name__ == "__main__":
    try:
        asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 90))
    except BimmerhubError as error:  # QuotaSpent, SignInRequired, BmwRefused ...: each says what to do
        raise SystemExit(f"{error}\n{error.hint or ''}") from error
