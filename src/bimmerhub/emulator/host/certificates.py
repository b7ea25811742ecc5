"""The emulator's own certificate authority, its server certificate and the key that signs id tokens.

The server certificate is for loopback and for BMW's own host names. The authority is constrained to just these, so
that whoever steals its key can imitate no other site to a program or a machine that trusts it.

Everything is made once and kept; certificates are made again when they are about to expire, or were made by a version
with other names. Their validity follows the machine's clock, because TLS libraries on the other side do.
"""

import datetime as dt
import ipaddress
import ssl
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from bimmerhub.emulator.host.as_bmw import BMW_HOSTS
from bimmerhub.errors import StoreError
from bimmerhub.files import replace_file

_CA_DAYS = 3650
_SERVER_DAYS = 365
_RENEW_BEFORE = dt.timedelta(days=30)
_NAMES = ("localhost", *BMW_HOSTS)
_ADDRESSES = ("127.0.0.1", "::1")
_NETWORKS = ("127.0.0.0/8", "::1/128")


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificates:
    """Files of one emulator: `ca_file` is what a client must trust."""

    ca_file: Path
    server_file: Path
    server_key_file: Path

    def server_context(self, *, is_tls_1_2_refused: bool = False) -> ssl.SSLContext:
        """Return the TLS settings of a server that shows the emulator's certificate."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        if is_tls_1_2_refused:
            context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_cert_chain(self.server_file, self.server_key_file)
        return context


def load_or_make_certificates(directory: Path, *, now: dt.datetime) -> Certificates:
    """Return the certificates in `directory`, made or renewed when needed; `now` is aware.

    A new authority is made only when the old one is about to expire or is not constrained, so that clients keep
    trusting it. StoreError when the directory cannot be used.
    """
    certificates = Certificates(
        ca_file=directory / "ca.pem",
        server_file=directory / "server.pem",
        server_key_file=directory / "server.key",
    )
    ca_key_file = directory / "ca.key"
    try:
        if not _is_fresh(certificates.ca_file, ca_key_file, now):
            _make_authority(certificates.ca_file, ca_key_file, now)
            certificates.server_file.unlink(missing_ok=True)
        if not _is_fresh(certificates.server_file, certificates.server_key_file, now):
            _make_server(certificates, ca_key_file, now)
    except (OSError, ValueError) as error:
        raise StoreError(
            f"the emulator's certificates cannot be used: {error}", hint=f"Delete the files in {directory}."
        ) from error
    return certificates


def load_or_make_signing_key(directory: Path) -> rsa.RSAPrivateKey:
    """Return the key in `directory` that signs id tokens, made when needed; StoreError when it cannot be used."""
    path = directory / "id-token.key"
    try:
        if path.exists():
            # The key is our own, and private: checking that its primes are prime would take 35 ms at each start.
            key = serialization.load_pem_private_key(
                path.read_bytes(), password=None, unsafe_skip_rsa_key_validation=True
            )
            if isinstance(key, rsa.RSAPrivateKey):
                return key
        key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
        replace_file(path, _private_pem(key))
    except (OSError, ValueError) as error:
        raise StoreError(f"the emulator's signing key cannot be used: {error}", hint=f"Delete {path}.") from error
    return key


def _is_fresh(certificate_file: Path, key_file: Path, now: dt.datetime) -> bool:
    if not (certificate_file.exists() and key_file.exists()):
        return False
    certificate = x509.load_pem_x509_certificate(certificate_file.read_bytes())
    is_in_time = certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc - _RENEW_BEFORE
    return is_in_time and _names_in(certificate) == set(_NAMES)


def _names_in(certificate: x509.Certificate) -> set[str]:
    """Return the host names that a server certificate is for, or that an authority is constrained to."""
    for extension in certificate.extensions:
        match extension.value:
            case x509.NameConstraints(permitted_subtrees=names):
                return {name.value for name in names or () if isinstance(name, x509.DNSName)}
            case x509.SubjectAlternativeName() as names:
                return set(names.get_values_for_type(x509.DNSName))
            case _:
                pass
    return set()


def _make_authority(ca_file: Path, ca_key_file: Path, now: dt.datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = _name("bimmerhub emulator CA - not BMW")
    constraints: list[x509.GeneralName] = [x509.DNSName(name) for name in _NAMES]
    constraints += [x509.IPAddress(ipaddress.ip_network(network)) for network in _NETWORKS]
    builder = _builder(subject=issuer, issuer=issuer, public_key=key.public_key(), now=now, days=_CA_DAYS)
    certificate = (
        builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(is_authority=True), critical=True)
        .add_extension(x509.NameConstraints(permitted_subtrees=constraints, excluded_subtrees=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    replace_file(ca_key_file, _private_pem(key))
    replace_file(ca_file, certificate.public_bytes(serialization.Encoding.PEM))


def _make_server(certificates: Certificates, ca_key_file: Path, now: dt.datetime) -> None:
    authority = x509.load_pem_x509_certificate(certificates.ca_file.read_bytes())
    authority_key = serialization.load_pem_private_key(ca_key_file.read_bytes(), password=None)
    if not isinstance(authority_key, ec.EllipticCurvePrivateKey):
        raise ValueError("ca.key is of another kind")  # noqa: TRY004 - what is wrong is the file, not a type
    key = ec.generate_private_key(ec.SECP256R1())
    names: list[x509.GeneralName] = [x509.DNSName(name) for name in _NAMES]
    names += [x509.IPAddress(ipaddress.ip_address(address)) for address in _ADDRESSES]
    builder = _builder(
        subject=_name("localhost"), issuer=authority.subject, public_key=key.public_key(), now=now, days=_SERVER_DAYS
    )
    certificate = (
        builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(is_authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    replace_file(certificates.server_key_file, _private_pem(key))
    replace_file(certificates.server_file, certificate.public_bytes(serialization.Encoding.PEM))


def _builder(
    *, subject: x509.Name, issuer: x509.Name, public_key: ec.EllipticCurvePublicKey, now: dt.datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))  # other machines' clocks may be a little behind
        .not_valid_after(now + dt.timedelta(days=days))
    )


def _key_usage(*, is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        encipher_only=False,
        decipher_only=False,
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _private_pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
