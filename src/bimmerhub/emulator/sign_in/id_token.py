"""Id tokens: JWTs signed RS256 with the emulator's own key, with the claims BMW's carry."""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from jwt.algorithms import RSAAlgorithm

from bimmerhub.ids import Gcid


@dataclass(frozen=True, slots=True, kw_only=True)
class IdTokenFacts:
    """What an id token says: whose it is, for which client, and its times (milliseconds since 1970 UTC).

    `audit_id` is different for every token. `may_stream`: it is good for the stream of its account.
    """

    audit_id: str
    gcid: Gcid
    client_id: str
    signed_in_at_ms: int
    issued_at_ms: int
    expires_at_ms: int
    may_stream: bool = False


class IdTokenSigner:
    """Signs id tokens as `issuer`, and reads back those it signed."""

    def __init__(self, key: RSAPrivateKey, *, issuer: str) -> None:
        self._key = key
        self._public_key = key.public_key()
        self.issuer = issuer
        public_der = self._public_key.public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self._key_id = _half_hash(public_der) + "="

    def sign(self, facts: IdTokenFacts, *, access_token: str) -> str:
        """Return the token. Claims: BMW swagger's example.

        `gcid`, `sub` and `exp` are those that clients read (observed), `dynamic_scopes` says what may be subscribed to
        (peterkoczan/bmw-cardata@0336828).
        """
        claims: dict[str, object] = {
            "at_hash": _half_hash(access_token.encode()),
            "sub": facts.gcid,
            "gcid": facts.gcid,
            "auditTrackingId": facts.audit_id,
            "iss": self.issuer,
            "tokenName": "id_token",
            "aud": facts.client_id,
            "c_hash": _half_hash(secrets.token_bytes(16)),
            "s_hash": _half_hash(secrets.token_bytes(16)),
            "acr": "0",
            "org.forgerock.openidconnect.ops": secrets.token_urlsafe(20),
            "azp": facts.client_id,
            "auth_time": facts.signed_in_at_ms // 1000,
            "realm": "/customer",
            "exp": facts.expires_at_ms // 1000,
            "iat": facts.issued_at_ms // 1000,
            "tokenType": "JWTToken",
        }
        if facts.may_stream:
            claims["dynamic_scopes"] = f"read:streaming/*/{facts.gcid}.*"
        return jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": self._key_id})

    def public_jwk(self) -> dict[str, object]:
        """Return the public key as a JSON Web Key (RFC 7517)."""
        key = RSAAlgorithm.to_jwk(self._public_key, as_dict=True)
        return {"kty": key["kty"], "kid": self._key_id, "use": "sig", "alg": "RS256", "n": key["n"], "e": key["e"]}

    def public_pem(self) -> str:
        """Return the public key as PEM."""
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return self._public_key.public_bytes(serialization.Encoding.PEM, form).decode()

    def decrypt(self, content: bytes) -> bytes:
        """Return what was encrypted with the public key by PKCS#1 v1.5; ValueError for anything else."""
        return self._key.decrypt(content, PKCS1v15())

    def audit_id(self, token: str) -> str | None:
        """Return the audit id of a token that this signer signed, expired or not; None for any other text."""
        # Expiry is the caller's business: it is by the emulator's clock, which PyJWT does not know.
        unchecked = {f"verify_{claim}": False for claim in ("exp", "iat", "nbf", "aud")}
        try:
            claims: Mapping[str, object] = jwt.decode(
                token,
                self._public_key,
                algorithms=["RS256"],
                issuer=self.issuer,
                options=unchecked,  # type: ignore[arg-type]  # a TypedDict built by a loop
            )
        except jwt.InvalidTokenError:
            return None
        audit_id = claims.get("auditTrackingId")
        return audit_id if isinstance(audit_id, str) else None


def _half_hash(content: bytes) -> str:
    """Return the left half of SHA-256 in unpadded base64url (OpenID Connect's way to bind tokens together)."""
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()[:16]).rstrip(b"=").decode()
