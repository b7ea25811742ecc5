"""Room for new tokens before BMW is asked for them, and copies of a place that has tokens."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.full_disk import no_file_larger_than

from bimmerhub.bmw.cardata import TokenFile
from bimmerhub.bmw.tokens.fresh_tokens import RenewalWaits
from bimmerhub.bmw.tokens.session_end import SessionEnded
from bimmerhub.emulator.owners.emulated_accounts import Service
from bimmerhub.emulator.sign_in.grants import TokenKind
from bimmerhub.errors import StoreError
from bimmerhub.files import reserve, reserve_of

if TYPE_CHECKING:
    from tests.bmw.conftest import Cloud


async def filed(signed_in: "Cloud", folder: Path) -> TokenFile:
    file = TokenFile(folder / "tokens.json")
    await file.save(signed_in.store.saved[0])
    return file


async def test_nothing_is_renewed_on_a_full_disk_and_it_goes_on_when_there_is_room(
    signed_in: "Cloud", tmp_path: Path
) -> None:
    file = await filed(signed_in, tmp_path / "here")
    tokens, before = signed_in.tokens(store=file), await file.load()
    signed_in.clock.advance(minutes=50)
    with no_file_larger_than(0):
        assert (await tokens.current()).access_token == signed_in.store.saved[0].access_token
        signed_in.clock.advance(minutes=20)
        with pytest.raises(RenewalWaits, match="could not be stored") as caught:
            await tokens.current()
        assert "space" in str(caught.value.hint)
    assert await file.load() == before, "BMW was not asked: its token is still good"
    assert (await tokens.current()).access_token != signed_in.store.saved[0].access_token
    file.close()


async def test_a_store_that_has_no_room_keeps_bmw_from_being_asked(signed_in: "Cloud") -> None:
    signed_in.store.refuses = StoreError("read-only disk")
    signed_in.clock.advance(minutes=50)
    tokens = signed_in.tokens()
    assert await tokens.current() == signed_in.store.saved[0]
    with pytest.raises(RenewalWaits):
        await tokens.refresh(signed_in.store.saved[0])
    signed_in.store.refuses = None
    signed_in.clock.advance(minutes=1)
    assert (await tokens.current()).renewals == 1


async def test_new_tokens_are_written_where_room_was_kept(signed_in: "Cloud", tmp_path: Path) -> None:
    file = await filed(signed_in, tmp_path / "here")
    await file.prepare()
    kept = reserve_of(file.path).stat()
    await file.save(signed_in.store.saved[0])
    written = file.path.stat()
    assert (written.st_ino, written.st_mode & 0o777) == (kept.st_ino, 0o600)
    assert written.st_size < kept.st_size
    assert [path.name for path in file.path.parent.glob("tokens.json*")] == ["tokens.json", "tokens.json.lock"]
    file.close()


def test_room_is_not_kept_through_somebody_elses_link(tmp_path: Path) -> None:
    (tmp_path / "theirs").write_text("theirs")
    reserve_of(tmp_path / "file").symlink_to(tmp_path / "theirs")
    with pytest.raises(OSError, match="symbolic"):
        reserve(tmp_path / "file", 100)
    assert (tmp_path / "theirs").read_text() == "theirs"


async def test_a_copy_whose_other_one_renewed_first_says_so(signed_in: "Cloud", tmp_path: Path) -> None:
    first = await filed(signed_in, tmp_path / "first")
    shutil.copytree(tmp_path / "first", tmp_path / "second")
    signed_in.clock.advance(minutes=50)
    await signed_in.tokens(store=first).current()
    copy = TokenFile(tmp_path / "second" / "tokens.json")
    with pytest.raises(
        SessionEnded, match=r"this directory is a copy, and the other one, .*first on .* first"
    ) as caught:
        await signed_in.tokens(store=copy).current()
    assert caught.value.is_copy
    assert "Stop the other one" in str(caught.value.hint)
    signed_in.clock.advance(minutes=50)
    with pytest.raises(SessionEnded, match=r"used already elsewhere \(a copy of this directory renewed") as caught:
        await signed_in.tokens(store=first).current()
    assert not caught.value.is_copy
    first.close()
    copy.close()


async def test_a_moved_place_that_renews_first_is_no_copy_any_more(signed_in: "Cloud", tmp_path: Path) -> None:
    first = await filed(signed_in, tmp_path / "first")
    first.close()
    shutil.copytree(tmp_path / "first", tmp_path / "second")
    second = TokenFile(tmp_path / "second" / "tokens.json")
    signed_in.clock.advance(minutes=50)
    renewed = await signed_in.tokens(store=second).current()
    assert renewed.renewals == 1
    signed_in.emulator.identity.revoke(signed_in.emulator.info.gcid, TokenKind.REFRESH)
    signed_in.clock.advance(minutes=50)
    with pytest.raises(SessionEnded, match="switched off in BMW's portal") as caught:
        await signed_in.tokens(store=second).current()
    assert not caught.value.is_copy
    second.close()


async def test_a_copy_that_has_expired_is_told_as_expired(signed_in: "Cloud", tmp_path: Path) -> None:
    first = await filed(signed_in, tmp_path / "first")
    first.close()
    shutil.copytree(tmp_path / "first", tmp_path / "second")
    second = TokenFile(tmp_path / "second" / "tokens.json")
    signed_in.clock.advance(minutes=15 * 1440)
    with pytest.raises(SessionEnded, match="the sign-in expired"):
        await signed_in.tokens(store=second).current()
    second.close()


async def test_a_withdrawn_client_is_told_from_a_copy(signed_in: "Cloud", tmp_path: Path) -> None:
    file = await filed(signed_in, tmp_path / "here")
    signed_in.clock.advance(minutes=50)
    for service in Service:
        signed_in.emulator.portal.unsubscribe(signed_in.emulator.info.gcid, service)
        signed_in.clock.advance(minutes=5)
    with pytest.raises(SessionEnded, match="refuses the client: a service was switched off") as caught:
        await signed_in.tokens(store=file).current()
    assert not caught.value.is_copy
    assert "elsewhere" not in str(caught.value)
    file.close()
