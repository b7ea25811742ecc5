"""Which hosts count as BMW's: a demo's accounts never go there, and a sign-in there wants its captcha."""

import pytest

from bimmerhub.bmw.cardata import Endpoints as CarDataEndpoints
from bimmerhub.bmw.mybmw import Endpoints
from bimmerhub.bmw.servers import is_bmws_domain
from bimmerhub.errors import ConfigError

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


@pytest.mark.parametrize(
    ("cardata", "asked"),
    [
        (CarDataEndpoints(), None),
        (CarDataEndpoints(auth_url=HERE, api_url=HERE), HERE),  # the stream may be at BMW still
        (CarDataEndpoints(auth_url=HERE, api_url=HERE, stream_host="127.0.0.1"), HERE),
        (CarDataEndpoints(stream_host="127.0.0.1"), None),
    ],
)
def test_other_families_are_asked_where_cardata_is(cardata: CarDataEndpoints, asked: str | None) -> None:
    assert cardata.other_families_url() == asked


@pytest.mark.parametrize("cardata", [CarDataEndpoints(auth_url=HERE), CarDataEndpoints(api_url=HERE)])
def test_no_password_goes_to_bmw_when_one_address_is_an_emulators(cardata: CarDataEndpoints) -> None:
    with pytest.raises(ConfigError, match="auth_url and api_url"):
        cardata.other_families_url()
