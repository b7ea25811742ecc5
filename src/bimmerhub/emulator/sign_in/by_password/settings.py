"""The rules of the sign-in by password that can be changed."""

from dataclasses import dataclass, field

_FOURTEEN_DAYS_S = 14 * 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordSettings:
    """Lifetimes in seconds of the emulator's clock, and the client that is always accepted.

    `app_token_s` is that of the MyBMW app's tokens, `app_token_until_2023_s` what it was in its first years.

    By default any client id and any Basic pair that is not empty will do: programs carry those that BMW gave out in
    their time, which the emulator does not have. With the fault "unknown-clients-refused" only these will.
    `subscription_key` is what "OAuth Config" takes besides when "unknown-keys-refused" is on.
    """

    webapi_token_s: int = 28_800
    gcdm_token_s: int = 3_600
    implicit_token_s: int = 7_199
    app_token_s: int = 3_599
    app_token_until_2023_s: int = 28_799
    refresh_token_s: int = _FOURTEEN_DAYS_S
    code_s: int = 300
    client_id: str = "dddddddd-eeee-ffff-0000-111111111111"
    client_secret: str = field(default="emulator-secret", repr=False)
    subscription_key: str = "emulator-subscription-key"
