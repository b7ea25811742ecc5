"""The families of BMW's interfaces, by the ids that settings, accounts and links name them with."""

from enum import StrEnum


class Family(StrEnum):
    """A family that an account can be read by; each has its own sign-in, and its own way in (`hub.feeds`)."""

    CARDATA = "cardata"
    IREMOTE = "iremote"
