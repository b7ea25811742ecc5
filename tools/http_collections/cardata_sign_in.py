"""The sign-in of CarData as operations: OAuth 2.0 device code with PKCE. Source: BMW's CarData guide, 2025."""

from typing import Final

from bimmerhub.bmw.operations.operation import SIGN_IN, Operation, Param

EMULATOR: Final = "emulator"
"""The server that is an emulator only."""
SCOPE: Final = "authenticate_user openid cardata:api:read cardata:streaming:read"
_CLIENT: Final = Param(name="client_id", place="body", key="client_id", is_required=True)


def _step(name: str, title: str, path: str, *params: Param, note: str = "") -> Operation:
    return Operation(
        name=name,
        group="Authentication",
        title=title,
        method="POST",
        path=f"/gcdm/oauth/{path}",
        evidence="F",
        params=(_CLIENT, *params),
        body="form",
        is_signed=False,
        server=SIGN_IN,
        note=note,
    )


CARDATA_SIGN_IN: Final = {
    operation.name: operation
    for operation in (
        _step(
            "device-code",
            "Device Code",
            "device/code",
            Param(name="response_type", place="body", key="response_type", default="device_code"),
            Param(name="scope", place="body", key="scope", default=SCOPE),
            Param(name="code_challenge", place="body", key="code_challenge", is_required=True),
            Param(name="code_challenge_method", place="body", key="code_challenge_method", default="S256"),
            note="Open verification_uri_complete of the answer in a browser and approve.",
        ),
        Operation(
            name="approve",
            group="Authentication",
            title="Approve (emulator only)",
            method="POST",
            path="/_emulator/sign-in",
            evidence="F",
            params=(Param(name="user_code", place="body", key="user_code", is_required=True),),
            body="json",
            is_signed=False,
            server=EMULATOR,
            note="What a person does in a browser at BMW.",
        ),
        _step(
            "token",
            "Token",
            "token",
            Param(
                name="grant_type",
                place="body",
                key="grant_type",
                default="urn:ietf:params:oauth:grant-type:device_code",
            ),
            Param(name="device_code", place="body", key="device_code", is_required=True),
            Param(name="code_verifier", place="body", key="code_verifier", is_required=True),
            note="403 until you have approved; no sooner than 5 s after the last try.",
        ),
        _step(
            "refresh",
            "Refresh",
            "token",
            Param(name="grant_type", place="body", key="grant_type", default="refresh_token"),
            Param(name="refresh_token", place="body", key="refresh_token", is_required=True),
        ),
    )
}
