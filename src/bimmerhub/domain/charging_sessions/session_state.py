"""What the fold of charging sessions remembers between two readings: the car, and the session under way.

Named tuples of plain values: a step makes one or two of them, and frozen dataclasses of this size take three times as
long to make. Times are milliseconds UTC; 0 stands for "never" where a time cannot be missing otherwise.
"""

from typing import NamedTuple

from bimmerhub.domain.charging_sessions.session_evidence import Said


class CarMemory(NamedTuple):
    """What was last known of the car.

    `level_rank` is the trust in the descriptor of the level (0 best). `capacity_kwh` is the usable energy or, as long
    as that was not said (`is_capacity_usable` False), the size of the battery; `learned_kwh` is what an earlier charge
    came to, for cars that say neither. `driven_ms` is the last sign of driving, `unplugged_ms`
    the end of the last session.
    """

    level: float | None = None
    level_ms: int = 0
    level_rank: int = 0
    missing_kwh: float | None = None
    missing_ms: int = 0
    odometer_km: float | None = None
    capacity_kwh: float | None = None
    is_capacity_usable: bool = False
    learned_kwh: float | None = None
    target: float | None = None
    phases: int | None = None
    phases_ms: int = 0
    plug_event: int | None = None
    is_moving: bool = False
    driven_ms: int = 0
    unplugged_ms: int = 0
    port: str | None = None
    latitude: float | None = None
    latitude_ms: int = 0
    longitude: float | None = None
    longitude_ms: int = 0
    seen_ms: int = 0


class Flow(NamedTuple):
    """What flowed so far: the energy of the samples, how long they cover, and the sample that still holds.

    `power` is what the car calls its charging power; `grid` volts times amperes times phases, and `grid_ratio` the one
    by the other when both were last said at one instant. `last_kw` is the last power above 0.

    Power that falls off between two samples is not known; how much less was missing to a full battery is. So `grid_kwh`
    holds what flowed between samples that were alike, of which `steady_kwh` brought `steady_missing_kwh` into the
    battery; beside it came `unsteady_missing_kwh`, of which the grid's part follows from those two. `grid_missing_kwh`
    is what was missing at the last sample.
    """

    power_kw: float | None = None
    power_ms: int = 0
    power_kwh: float = 0.0
    power_s: float = 0.0
    grid_kw: float | None = None
    grid_ms: int = 0
    grid_kwh: float = 0.0
    grid_s: float = 0.0
    grid_missing_kwh: float | None = None
    steady_kwh: float = 0.0
    steady_missing_kwh: float = 0.0
    unsteady_missing_kwh: float = 0.0
    grid_ratio: float | None = None
    max_kw: float | None = None
    last_kw: float | None = None
    volts: float | None = None
    amps: float | None = None
    phases: int | None = None


class OpenSession(NamedTuple):
    """A session that is not settled: plugged in, charging, or unplugged for less than `JOIN_MS`.

    `start_ms` is where its record begins. `*_slack_s` is how far off a time may be. `part_ms` is when the part under
    way began, None while nothing flows; `charged_ms` is the last sign of charging, `plugged_ms` of a plug.
    `last_level` and `last_missing_kwh` were said while it charged, `end_level` and `end_missing_kwh` after that, before
    it drove. `end_word` is how the last part ended, in the words of the signal `charging_status`.
    """

    start_ms: int
    plugged_at_ms: int | None
    plug_slack_s: int = 0
    plug_event: int | None = None
    odometer_km: float | None = None
    latitude: float | None = None
    longitude: float | None = None
    start_level: float | None = None
    start_missing_kwh: float | None = None
    start_slack_s: int = 0
    is_level_rise: bool = False
    parts: tuple[tuple[int, int], ...] = ()
    part_ms: int | None = None
    charged_ms: int = 0
    plugged_ms: int = 0
    last_level: float | None = None
    last_level_ms: int = 0
    last_missing_kwh: float | None = None
    last_missing_ms: int = 0
    end_level: float | None = None
    end_missing_kwh: float | None = None
    end_slack_s: int = 0
    is_end_reckoned: bool = False
    is_end_unsaid: bool = False
    end_word: str | None = None
    reason: str | None = None
    has_failed: bool = False
    minutes_left: float | None = None
    minutes_left_ms: int = 0
    target: float | None = None
    is_dc: bool | None = None
    flow: Flow = Flow()
    unplugged_ms: int | None = None
    unplug_slack_s: int = 0
    is_driven_off: bool = False


class ChargingFoldState(NamedTuple):
    """The state of the fold of the car `vin`.

    `said` is what the readings of the instant `at_ms` have said so far: of each kind of evidence the last, so that it
    stays small however many readings an instant has.
    """

    at_ms: int = -(2**62)
    said: tuple[tuple[str, Said], ...] = ()
    car: CarMemory = CarMemory()
    session: OpenSession | None = None
    vin: str = ""
