"""The families of BMW's interfaces, by the ids that settings, accounts and links name them with."""

from enum import StrEnum
from typing import Final


class Family(StrEnum):
    """A family that an account can be read by; each has its own sign-in, and its own way in (`hub.feeds`)."""

    CARDATA = "cardata"
    IREMOTE = "iremote"
    CONNECTEDDRIVE = "connecteddrive"
    MYBMW = "mybmw"

    @property
    def shown_name(self) -> str:
        """The name for people."""
        return _TITLES[self]

    @property
    def takes_password(self) -> bool:
        """Whether one signs in with a name and a password; else BMW's page asks for them, and shows a code."""
        return self is not Family.CARDATA

    @property
    def tells_gcid(self) -> bool:
        """Whether its sign-in tells the account's id at BMW; else the name that one signs in with stands for it."""
        return self in {Family.CARDATA, Family.MYBMW}

    @property
    def wants_captcha(self) -> bool:
        """Whether each sign-in wants a captcha that a person solves: then a kept password signs nobody in again."""
        return self is Family.MYBMW

    def login_command(self, account: str) -> str:
        """Return the command that signs an account of that local name in."""
        command = f"bimmerhub login --account {account}"
        return f"{command} --family {self}" if self.takes_password else command


_TITLES: Final = {
    Family.CARDATA: "CarData",
    Family.IREMOTE: "i Remote",
    Family.CONNECTEDDRIVE: "the ConnectedDrive portal",
    Family.MYBMW: "the MyBMW app's interface",
}
