"""What a service provider asks its customers for, a hub's table `[provider]`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bimmerhub.errors import ConfigError
from bimmerhub.ids import Descriptor

if TYPE_CHECKING:
    from bimmerhub.bmw.cardata.provider.owner import Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSettings:
    """The client of a service provider and what owners are asked to consent to. Without a client id there is none."""

    client_id: str | None = None
    """Client id of a service provider, one for all its customers. It is BMW who gives it to companies."""
    purpose: str = ""
    """What the values are for, in words that an owner understands."""
    descriptors: tuple[str, ...] = ()
    """The descriptors that the purpose needs, and no more: nothing else is asked for or kept."""

    def required_client_id(self) -> str:
        """Return the client id; ConfigError when there is none."""
        if self.client_id is None or not self.client_id.strip():
            raise ConfigError(
                "there is no client id of a service provider",
                hint="Set client_id in [provider], or BIMMERHUB_PROVIDER__CLIENT_ID; the emulator's is in its file.",
            )
        return self.client_id

    def required_purpose(self) -> "Purpose":
        """Return what owners are asked for; ConfigError when that is not set."""
        from bimmerhub.bmw.cardata.provider.owner import Purpose  # noqa: PLC0415 - brings the HTTP client along

        return Purpose(text=self.purpose, descriptors=tuple(Descriptor(key) for key in self.descriptors))
