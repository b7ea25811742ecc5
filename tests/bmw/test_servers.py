"""Which hosts count as BMW's: a demo's accounts never go there, and a sign-in there wants its captcha."""

import pytest

from bimmerhub.bmw.mybmw import Endpoints
from bimmerhub.bmw.servers import is_bmws_domain

BMWS = "https://customer.bmwgroup.com"
HERE = "http://127.0.0.1:8090"


@pytest.mark.parametrize("host", ["customer.bmwgroup.com", "BMWUSA.com.", "cocoapi.bmwgroup.us", "utilities.api.bmw"])
def test_hosts_of_bmw(host: str) -> None:
    assert is_bmws_domain(host)


@pytest.mark.parametrize("host", ["", "localhost", "notbmwgroup.com", "bmwgroup.com.example.org", "127.0.0.1"])
def test_other_hosts(host: str) -> None:
    assert not is_bmws_domain(host)


def test_apps_sign_in_at_bmw_counts_though_the_api_is_an_emulators() -> None:
    assert Endpoints(api_url=HERE, auth_url=BMWS).are_bmws
    assert not Endpoints(api_url=HERE, auth_url=HERE).are_bmws
    assert not Endpoints(api_url=HERE).are_bmws
