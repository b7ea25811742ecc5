"""What a car remembers of its people's wishes from afar."""

from dataclasses import dataclass, field

from bimmerhub.emulator.cars.wishes import ProfileTruth, SentPlace, SignalsTruth

FLASH_MS = 1_000
"""How long one flash of the lights lasts."""


@dataclass(slots=True, kw_only=True)
class FarMemory:
    """The memory of one car; it changes by commands only. `profile` is None for a car without a plug.

    Times are milliseconds since 1970 UTC; the lights flash until `flashes_until_ms`. `charged_at_plug_in` is the number
    of the plug-in at which somebody asked to charge at once.
    """

    profile: ProfileTruth | None
    sent: list[SentPlace] = field(default_factory=list)
    flashes: int = 0
    flashed_ms: int | None = None
    flashes_until_ms: int = 0
    honks: int = 0
    honked_ms: int | None = None
    is_locked_from_afar: bool = False
    charged_at_plug_in: int | None = None

    def signals(self) -> SignalsTruth:
        """Return how often lights and horn were asked for."""
        return SignalsTruth(
            flashes=self.flashes, flashed_ms=self.flashed_ms, honks=self.honks, honked_ms=self.honked_ms
        )
