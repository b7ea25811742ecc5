"""How many cars the dealers have, and how the storefront lets programs in."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class InventorySettings:
    """The stock follows from `seed`. `username` and `password` are the storefront's own pair, which always will do.

    An address that makes more than `calls_a_window` searches in `window_s` is parked for `park_s`
    (seconds of the emulator's clock; None: never): observed by clients, about 150 calls in 20 min.
    """

    seed: int = 1
    cars: int = 300
    token_s: int = 86_400
    calls_a_window: int | None = 150
    window_s: int = 1_200
    park_s: int = 1_200
    username: str = "storefront"
    password: str = field(default="emulator-storefront", repr=False)
