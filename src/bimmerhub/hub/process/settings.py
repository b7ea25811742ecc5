"""Settings of the process: the tables `[clock]` and `[lab]`."""

from dataclasses import dataclass

from bimmerhub.bmw.servers import URL_HINT, is_url
from bimmerhub.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockSettings:
    """Whose time it is."""

    follow: str | None = None
    """Control URL of an emulator whose clock to live by, for tests and fast demos; without it this machine's."""

    def __post_init__(self) -> None:
        """Refuse what is no address: ConfigError."""
        if self.follow is not None and not is_url(self.follow):
            raise ConfigError(f"clock.follow is no address: {self.follow.rpartition('@')[2][:80]!r}", hint=URL_HINT)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabSettings:
    """What only a lab needs, where nothing is real."""

    plain_http_hosts: tuple[str, ...] = ()
    """Hosts to which `http://` may lead besides this machine, such as an emulator's in another container. What is sent
    there, passwords and tokens included, can be read on the way."""
