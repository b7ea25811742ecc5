"""How often and how late the telematics of a model report: its own figures, each with its source."""

import random
from dataclasses import dataclass

from bimmerhub.times import SECOND_MS

LAG_MS = (1_600, 3_400, 5_000)
"""From measurement to sending: least, most usual, most (median 3.4 s, clients 2025)."""
LATEST_S = 4_331
"""The longest time by which a value was older than its envelope (measured 2025)."""
SPARE_S = 30
"""How much of that is left for what happens to a message on its way."""
EVERY_KM = 3.0
"""How far a car of LSC 2.0 drives between two reports when that is sooner than its time (BMW's support, evcc#24777)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportingPace:
    """The figures of one model; shares are 0 to 1, stretches are from and to, in seconds.

    On the road a position comes after one of `position_gaps_s`, or with `long_gap_share` after one of `long_gaps_s`.
    With `reports_by_distance` three kilometres count as much. Of its two halves `same_second_share` have one time,
    `second_apart_share` lie a second apart; of the others only one comes. Positions with `has_bursts` come three times
    within two seconds. Levels and the drive's figures come each `figures_every_s`.

    The odometer of a drive is first told `first_odometer_s` after getting in. What is summed up when a trip is over is
    sent `trip_end_s` late, with `very_late_share` up to `LATEST_S`. On `unreached_share` of its drives a car has no
    reception for one of `unreached_s`: what it tells meanwhile is sent when that is over, all at once. `repeats_a_row`
    is how many messages repeat one that was sent already.
    """

    position_gaps_s: tuple[float, float]
    long_gaps_s: tuple[float, float] = (0, 0)
    long_gap_share: float = 0.0
    reports_by_distance: bool = False
    same_second_share: float = 1.0
    second_apart_share: float = 0.0
    has_bursts: bool = False
    figures_every_s: tuple[float, float] = (20, 55)
    first_odometer_s: tuple[float, float] = (180, 420)
    trip_end_s: tuple[float, float] = (20, 240)
    very_late_share: float = 0.1
    unreached_share: float = 0.06
    unreached_s: tuple[float, float] = (600, 3_600)
    repeats_a_row: float = 109 / 168

    def choose_gap_s(self, chance: random.Random) -> float:
        """Return the seconds to the next position."""
        is_long = chance.random() < self.long_gap_share
        return chance.uniform(*(self.long_gaps_s if is_long else self.position_gaps_s))

    def choose_lag_ms(self, chance: random.Random) -> int:
        """Return how long a report takes from measurement to sending."""
        least, usual, most = LAG_MS
        return round(chance.triangular(least, most, usual))

    def choose_trip_end_lag_ms(self, chance: random.Random) -> int:
        """Return how much longer the sum of a trip takes."""
        least_s, most_s = self.trip_end_s
        if chance.random() < self.very_late_share:
            least_s, most_s = most_s, LATEST_S - SPARE_S
        return round(chance.uniform(least_s, most_s) * SECOND_MS)


IDRIVE_8 = ReportingPace(
    position_gaps_s=(20, 118),
    long_gaps_s=(122, 359),
    long_gap_share=0.135,
    same_second_share=0.49,
    second_apart_share=0.46,
    figures_every_s=(8, 24),
)
"""An i5: 89 % of the gaps between positions are under two minutes, none above six (clients 2025).

60.4 % of halves have a partner of the same second (11,078 messages of 2025), nearly all others one a second away
(BavarianData 2026). The shares here are a little larger, because arrivals cut gaps short and lone halves count too.
"""
IN_BURSTS = ReportingPace(
    position_gaps_s=(120, 180),
    same_second_share=0.62,
    second_apart_share=0.28,
    has_bursts=True,
)
"""Other newer cars: three positions within a second or two, each two to three minutes (clients 2025).

Most halves without a partner within two seconds came from such bursts (BavarianData 2026).
"""
LSC_2 = ReportingPace(position_gaps_s=(110, 130), reports_by_distance=True, figures_every_s=(110, 130))
"""Each two minutes or three kilometres (BMW's support, evcc#24777)."""
ALL_AT_ONCE = ReportingPace(position_gaps_s=(240, 420), trip_end_s=(0, 0), very_late_share=0.0, repeats_a_row=0.0)
"""MINI: the full set at each event, which is repetition enough (users 2025-2026); how often is chosen here."""
AT_TRIP_END = ReportingPace(position_gaps_s=(0, 0), repeats_a_row=0.0)
"""iDrive 6 and i3: at the end of a trip and at a full battery only (BMW's support: LSC 1.0; users 2025-2026)."""
