"""The emulator's own certificates: made once, private, renewed in time."""

import datetime as dt
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bimmerhub.emulator.host.as_bmw import BMW_HOSTS
from bimmerhub.emulator.host.certificates import load_or_make_certificates, load_or_make_signing_key
from bimmerhub.errors import StoreError

NOW = dt.datetime(2026, 7, 27, tzinfo=dt.UTC)


def test_files_are_made_once_and_kept(tmp_path: Path) -> None:
    first = load_or_make_certificates(tmp_path, now=NOW)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert load_or_make_certificates(tmp_path, now=NOW) == first
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_keys_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    load_or_make_certificates(tmp_path, now=NOW)
    load_or_make_signing_key(tmp_path)
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.glob("*.key")}
    assert modes == {"ca.key": 0o600, "server.key": 0o600, "id-token.key": 0o600}


def test_server_certificate_is_renewed_under_the_same_authority(tmp_path: Path) -> None:
    made = load_or_make_certificates(tmp_path, now=NOW)
    authority, server = made.ca_file.read_bytes(), made.server_file.read_bytes()
    load_or_make_certificates(tmp_path, now=NOW + dt.timedelta(days=340))
    assert made.ca_file.read_bytes() == authority
    assert made.server_file.read_bytes() != server


def test_clients_need_nothing_but_the_authority(tmp_path: Path) -> None:
    made = load_or_make_certificates(tmp_path, now=dt.datetime.now(dt.UTC))
    made.server_context()
    context = ssl.create_default_context(cafile=str(made.ca_file))
    assert context.cert_store_stats()["x509_ca"] == 1


def test_authority_is_for_loopback_and_bmws_names_only(tmp_path: Path) -> None:
    made = load_or_make_certificates(tmp_path, now=NOW)
    authority = x509.load_pem_x509_certificate(made.ca_file.read_bytes())
    constraints = authority.extensions.get_extension_for_class(x509.NameConstraints)
    names = {str(name.value) for name in constraints.value.permitted_subtrees or ()}
    assert constraints.critical
    assert names == {"localhost", *BMW_HOSTS, "127.0.0.0/8", "::1/128"}


def test_authority_without_constraints_is_made_again(tmp_path: Path) -> None:
    made = load_or_make_certificates(tmp_path, now=NOW)
    key = serialization.load_pem_private_key((tmp_path / "ca.key").read_bytes(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "of an earlier version")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, NOW, NOW + dt.timedelta(days=3650))
    made.ca_file.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    load_or_make_certificates(tmp_path, now=NOW)
    assert x509.load_pem_x509_certificate(made.ca_file.read_bytes()).subject != name


def test_signing_key_is_kept(tmp_path: Path) -> None:
    first = load_or_make_signing_key(tmp_path).public_key().public_numbers()
    assert load_or_make_signing_key(tmp_path).public_key().public_numbers() == first


def test_damaged_file_says_what_to_delete(tmp_path: Path) -> None:
    made = load_or_make_certificates(tmp_path, now=NOW)
    made.ca_file.write_text("not a certificate")
    with pytest.raises(StoreError) as raised:
        load_or_make_certificates(tmp_path, now=NOW)
    assert raised.value.hint is not None
    assert "Delete" in raised.value.hint
