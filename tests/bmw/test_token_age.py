"""A sign-in's age: warned of in time, and an end of age told from a token that was used elsewhere."""

import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from bimmerhub.bmw.cardata import Endpoints, TokenFile
from bimmerhub.bmw.tokens.token_set import TokenSet
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.errors import BmwUnavailable, SignInRequired

if TYPE_CHECKING:
    from tests.bmw.conftest import Cloud

DAY_MINUTES = 1_440


async def why_it_ended(cloud: "Cloud") -> SignInRequired:
    with pytest.raises(SignInRequired) as caught:
        await cloud.tokens().current()
    return caught.value


async def test_age_counts_from_the_last_renewal(signed_in: "Cloud") -> None:
    signed_in.clock.advance(minutes=60)
    renewed = await signed_in.tokens().current()
    now_ms = signed_in.clock.now_ms()
    assert (renewed.refreshed_at_ms, renewed.signed_in_at_ms) == (now_ms, now_ms - 3_600_000)
    assert renewed.refresh_expires_at_ms == now_ms + 14 * 86_400_000


async def test_dying_sign_in_is_warned_of_from_its_tenth_day_and_logged_once(
    signed_in: "Cloud", unused_tcp_port: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "bimmerhub.bmw.tokens.fresh_tokens")
    tokens = signed_in.tokens(endpoints=Endpoints(auth_url=f"http://127.0.0.1:{unused_tcp_port}"))
    warnings = []
    for _ in range(12):
        signed_in.clock.advance(minutes=DAY_MINUTES)
        with pytest.raises(BmwUnavailable):
            await tokens.current()
        warnings.append(tokens.warning)
    assert warnings[:9] == [None] * 9
    assert warnings[9] == "the sign-in was last renewed 10 days ago and expires in 4.0 days"
    assert tokens.refresh_expires_at_ms == signed_in.store.saved[0].refresh_expires_at_ms
    assert len([record for record in caplog.records if record.name == "bimmerhub.bmw.tokens.fresh_tokens"]) == 1


async def test_renewal_ends_the_warning(signed_in: "Cloud") -> None:
    signed_in.clock.advance(minutes=11 * DAY_MINUTES)
    tokens = signed_in.tokens()
    assert (await tokens.current()).warning(signed_in.clock.now_ms()) is None
    assert tokens.warning is None


async def test_token_that_died_of_age_is_told_so(signed_in: "Cloud") -> None:
    signed_in.clock.advance(minutes=15 * DAY_MINUTES)
    error = await why_it_ended(signed_in)
    assert "the sign-in expired (invalid_request): it was last renewed 15 days ago" in str(error)


@pytest.mark.parametrize("fault", [None, "dead-refresh-as-grant"])
async def test_restored_backup_is_told_from_old_age(signed_in: "Cloud", tmp_path: Path, fault: str | None) -> None:
    if fault is not None:
        signed_in.emulator.faults.switch_on(FaultSwitch(name=fault))
    path = tmp_path / "tokens.json"
    file = TokenFile(path)
    await file.save(signed_in.store.saved[0])
    backup = path.read_bytes()
    signed_in.clock.advance(minutes=60)
    await signed_in.tokens(store=file).current()
    path.write_bytes(backup)
    with pytest.raises(SignInRequired, match="used already elsewhere") as caught:
        await signed_in.tokens(store=file).current()
    assert "one program only" in (caught.value.hint or "").replace("Let ", "").lower()
    file.close()


async def test_second_program_is_told(signed_in: "Cloud") -> None:
    signed_in.clock.advance(minutes=60)
    await signed_in.tokens().current()
    del signed_in.store.saved[1:]
    words = str(await why_it_ended(signed_in))
    assert "a second program" in words
    assert "though it was renewed less than a day ago" in words


async def test_deleted_client_is_told(signed_in: "Cloud") -> None:
    signed_in.emulator.faults.switch_on(FaultSwitch(name="account-pending"))
    signed_in.clock.advance(minutes=60)
    assert "does not know this client" in str(await why_it_ended(signed_in))


async def test_token_file_of_an_earlier_version_is_read(signed_in: "Cloud", tmp_path: Path) -> None:
    stored: dict[str, object] = json.loads(msgspec.json.encode(signed_in.store.saved[0]))
    del stored["signed_in_at_ms"]
    path = tmp_path / "tokens.json"
    path.write_text(json.dumps(stored))
    file = TokenFile(path)
    read = await file.load()
    file.close()
    assert isinstance(read, TokenSet)
    assert (read.signed_in_at_ms, read.gcid) == (None, signed_in.store.saved[0].gcid)
