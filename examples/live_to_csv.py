"""Print every reading as a line of CSV while it arrives.

    python live_to_csv.py > live.csv

Reads the stream of all cars of the account, which costs no REST call. BMW allows one stream an account, so stop
other programs that read it. Ctrl-C ends it.
"""

import asyncio
import csv
import sys
from contextlib import aclosing, suppress

from account import open_cardata


async def main() -> None:
    table = csv.writer(sys.stdout)
    table.writerow(["vin", "descriptor", "value", "unit", "measured_at"])
    async with open_cardata() as cardata, aclosing(cardata.readings()) as readings:
        async for reading in readings:
            table.writerow(
                [reading.vin, reading.descriptor, reading.value, reading.unit, reading.measured_at.isoformat()]
            )
            sys.stdout.flush()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(main())
