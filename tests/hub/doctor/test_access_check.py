"""What the doctor says of who may come in."""

from tests.hub.conftest import Cloud, owner

from bimmerhub.domain.account.checks import Outcome
from bimmerhub.hub.doctor.access_check import check_access
from bimmerhub.times import DAY_MS
from bimmerhub.web.access.forwarding import ProxySighting

SIGHTING = ProxySighting(at_ms=0, address="127.0.0.1", headers=["x-forwarded-for", "via"])


def test_without_a_proxy() -> None:
    shut = check_access(has_password=True, trusts_proxy=True, sighting=None, now_ms=0)
    assert (shut.outcome, "a password is set" in shut.finding) == (Outcome.OK, True)
    read = check_access(has_password=False, trusts_proxy=False, sighting=None, now_ms=0)
    assert (read.outcome, "every program on this machine may read" in read.finding) == (Outcome.OK, True)
    trusting = check_access(has_password=False, trusts_proxy=True, sighting=None, now_ms=0)
    assert trusting.outcome is Outcome.WARNING


def test_a_proxy_that_is_not_trusted_is_told_for_a_day() -> None:
    for has_password in (True, False):
        check = check_access(has_password=has_password, trusts_proxy=False, sighting=SIGHTING, now_ms=60_000)
        assert check.outcome is Outcome.WARNING
        assert "x-forwarded-for, via" in check.finding
        assert 'trusted_proxies = ["127.0.0.1"]' in (check.hint or "")
    later = check_access(has_password=True, trusts_proxy=False, sighting=SIGHTING, now_ms=DAY_MS)
    assert later.outcome is Outcome.OK


async def test_the_hub_remembers_what_came_through_one(cloud: Cloud) -> None:
    async with cloud.connected() as hub:
        async with cloud.session.get(f"{hub.address}/api/v1/vehicles", headers={"x-real-ip": "127.0.0.1"}) as answer:
            assert answer.status == 403
        url = f"{hub.address}/api/v1/accounts/home/examination"
        async with cloud.session.post(url, params={"calls": "false"}, headers=owner(cloud.data_dir)) as answer:
            checks = {check["name"]: check for check in (await answer.json())["items"]}
    assert checks["access"]["outcome"] == "warning"
    assert "x-real-ip" in checks["access"]["found"]
