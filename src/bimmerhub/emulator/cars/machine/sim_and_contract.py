"""What lets a car reach BMW: its SIM and its ConnectedDrive contract. BMW's guide makes both a condition of CarData."""

from dataclasses import dataclass

from bimmerhub.times import DAY_MS

CONTRACT_MS = 365 * DAY_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionTruth:
    """SIM and contract at a moment, and when the contract began and ended or will end (milliseconds since 1970 UTC).

    `has_reception`: BMW can reach the car.
    """

    has_sim: bool
    has_contract: bool
    contract_from_ms: int
    contract_until_ms: int
    has_reception: bool


@dataclass(slots=True, kw_only=True)
class Connection:
    """SIM and contract as they change; a contract that runs is renewed each year.

    `contract_from_ms` is when the contract that runs, or ran last, began; `contract_ended_ms` None: it runs.
    """

    contract_from_ms: int
    contract_ended_ms: int | None = None
    has_sim: bool = True

    @property
    def is_up(self) -> bool:
        """Whether the car can tell BMW anything."""
        return self.has_sim and self.contract_ended_ms is None

    def truth(self, at_ms: int, *, has_reception: bool) -> ConnectionTruth:
        """Return it as it is at a moment."""
        return ConnectionTruth(
            has_sim=self.has_sim,
            has_contract=self.contract_ended_ms is None,
            contract_from_ms=self.contract_from_ms,
            contract_until_ms=self._contract_until_ms(at_ms),
            has_reception=has_reception,
        )

    def _contract_until_ms(self, at_ms: int) -> int:
        if self.contract_ended_ms is not None:
            return self.contract_ended_ms
        years = (at_ms - self.contract_from_ms) // CONTRACT_MS + 1
        return self.contract_from_ms + years * CONTRACT_MS
