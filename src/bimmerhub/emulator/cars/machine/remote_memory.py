"""What a car remembers of remote commands."""

from dataclasses import dataclass, field

from bimmerhub.emulator.cars.owner_wishes import ChargingSettingsTruth, ProfileTruth, SentPlace, SignalsTruth

FLASH_MS = 1_000
"""How long one flash of the lights lasts."""


@dataclass(slots=True, kw_only=True)
class RemoteMemory:
    """The memory of one car. `profile` is None for a car without a plug.

    Times are milliseconds since 1970 UTC; the lights flash until `flashes_until_ms`. `charged_at_plug_in` is the number
    of the plug-in at which somebody asked to charge at once.
    """

    profile: ProfileTruth | None
    charging_settings: ChargingSettingsTruth = field(default_factory=ChargingSettingsTruth)
    sent: list[SentPlace] = field(default_factory=list)
    flashes: int = 0
    flashed_ms: int | None = None
    flashes_until_ms: int = 0
    honks: int = 0
    honked_ms: int | None = None
    is_locked_remotely: bool = False
    charged_at_plug_in: int | None = None

    def goal_percent(self, usual_percent: int) -> int:
        """Return up to where to charge: what somebody set from afar, else the usual."""
        return self.charging_settings.target_percent or usual_percent

    def signals(self) -> SignalsTruth:
        """Return how often lights were flashed and the horn was blown."""
        return SignalsTruth(
            flashes=self.flashes, flashed_ms=self.flashed_ms, honks=self.honks, honked_ms=self.honked_ms
        )
