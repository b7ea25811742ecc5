"""What every command starts from: the settings, the account named by --account, and how it prints."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bimmerhub.errors import ConfigError

if TYPE_CHECKING:
    from bimmerhub.hub.config import HubConfig


HOW_TO_BEGIN = (
    "Sign in with the client id from BMW's portal (bimmerhub login --client-id ID) and let the hub run "
    "(bimmerhub run), or import a capture (bimmerhub import FILE). "
    "To look around without a car: make demo, and once it has stopped --data-dir .demo"
)
"""What to do where nothing is known yet."""


class WrongUsage(ConfigError):
    """The line asks for what cannot be, or does not say which; the exit code is 2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options that every command takes, wherever they stand on the line."""

    config_file: Path | None = None
    data_dir: Path | None = None
    account: str | None = None
    verbose: bool = False

    def settings(self) -> "HubConfig":
        """Return the settings with --data-dir applied; ConfigError when they are wrong."""
        from bimmerhub.hub.config import load_settings

        settings = load_settings(config_file=self.config_file, environment=os.environ)
        return settings if self.data_dir is None else replace(settings, data_dir=self.data_dir)

    def account_name(self, names: Sequence[str]) -> str:
        """Return the account to work on: the named one, the only one, or `home` when there is none yet.

        WrongUsage when there are several and none is named, ConfigError when the name is no name.
        """
        if self.account is not None:
            from bimmerhub.hub.accounts.settings import check_account_name

            check_account_name(self.account)
            return self.account
        if len(names) > 1:
            raise WrongUsage(f"there are several accounts: {', '.join(names)}", hint="Say which one: --account NAME")
        return names[0] if names else "home"

    def only_account(self, names: Sequence[str]) -> str | None:
        """Return the account to leave all others out for, None for none; WrongUsage when it is not one of `names`."""
        if self.account is not None and self.account not in names:
            raise WrongUsage(
                f"there is no account named {self.account!r}",
                hint=f"Known: {', '.join(names)}" if names else "Sign in first: bimmerhub login --client-id ID",
            )
        return self.account

    def known_account(self, names: Sequence[str]) -> str:
        """Return the account to work on, which has to be one of `names`.

        WrongUsage when the line names another, ConfigError when nobody is signed in; both say the way on.
        """
        name = self.account_name(names)
        if not names and self.account is None:
            raise ConfigError("nobody is signed in here", hint="Sign in first: bimmerhub login --client-id ID")
        if name not in names:
            hint = f"Known here: {', '.join(names)}" if names else "Sign in first: bimmerhub login --client-id ID"
            raise WrongUsage(f"no account {name!r} is known here", hint=hint)
        return name
