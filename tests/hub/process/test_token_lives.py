"""The lives of the password and of API tokens, over restarts too: what was taken away never comes back."""

import asyncio
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.new_stores import open_sqlite

from bimmerhub.errors import ConfigError
from bimmerhub.hub.process.credentials import Credentials
from bimmerhub.web.access.credentials import Scope

names = st.sampled_from(["grafana", "doorbell", "a/b c", "é"])
scopes: st.SearchStrategy[Scope] = st.sampled_from(["read", "write", "command"])
passwords = st.sampled_from(["correct horse", "battery staple", "x" * 10])


class Lives(RuleBasedStateMachine):
    """Tokens and passwords are made and taken away, the hub restarts; a hub on a network keeps one proof at least."""

    @initialize(is_exposed=st.booleans())
    def begin(self, *, is_exposed: bool) -> None:
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.folder = tempfile.TemporaryDirectory()
        self.store = self.runner.run(
            self.stack.enter_async_context(open_sqlite(Path(self.folder.name) / "hub.sqlite3"))
        )
        self.is_exposed = is_exposed
        self.live: dict[str, tuple[str, Scope]] = {}
        self.dead: set[str] = set()
        self.password: str | None = None
        self.restart()

    @rule()
    def restart(self) -> None:
        self.credentials = Credentials(self.store.settings, is_exposed=self.is_exposed)
        self.runner.run(self.credentials.load())

    @rule(name=names, scope=scopes)
    def make(self, name: str, scope: Scope) -> None:
        try:
            token = self.runner.run(self.credentials.create_token(name, scope, now_ms=1))
        except ConfigError:
            assert name in self.live
            return
        assert name not in self.live
        self.live[name] = (token, scope)

    @rule(name=names)
    def take_away(self, name: str) -> None:
        is_last = self.is_exposed and self.password is None and len(self.live) == 1
        try:
            self.runner.run(self.credentials.delete_token(name))
        except ConfigError:
            assert name not in self.live or is_last
            return
        self.dead.add(self.live.pop(name)[0])

    @rule(password=passwords)
    def set_password(self, password: str) -> None:
        self.runner.run(self.credentials.set_password(password))
        self.password = password

    @rule()
    def remove_password(self) -> None:
        try:
            self.runner.run(self.credentials.set_password(None))
        except ConfigError:
            assert self.is_exposed
            assert not self.live
            return
        self.password = None

    @rule(password=passwords)
    def try_password(self, password: str) -> None:
        assert self.credentials.check_password(password) is (password == self.password)

    @invariant()
    @precondition(lambda self: hasattr(self, "credentials"))
    def the_living_open_and_the_dead_do_not(self) -> None:
        for name, (token, scope) in self.live.items():
            assert (self.credentials.token_name(token), self.credentials.token_scope(token)) == (name, scope)
        for token in (*self.dead, "", "bh_"):
            assert self.credentials.token_scope(token) is None
        assert self.credentials.has_password() is (self.password is not None)
        assert self.credentials.is_protected() is (self.password is not None or bool(self.live))
        assert [token.name for token in self.credentials.tokens()] == list(self.live)

    def teardown(self) -> None:
        if hasattr(self, "stack"):
            self.runner.run(self.stack.aclose())
            self.runner.close()
            self.folder.cleanup()


Lives.TestCase.settings = settings(
    max_examples=8, stateful_step_count=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestLives = Lives.TestCase


async def test_changes_at_once_undo_nothing(tmp_path: Path) -> None:
    async with open_sqlite(tmp_path / "hub.sqlite3") as store:
        credentials = Credentials(store.settings)
        names = [f"token {number}" for number in range(9)]
        await asyncio.gather(
            credentials.set_password("correct horse"),
            *(credentials.create_token(name, "read", now_ms=1) for name in names),
        )
        await asyncio.gather(*map(credentials.delete_token, names[:4]), credentials.create_token("x", "read", now_ms=1))
        outcomes = await asyncio.gather(
            *(credentials.create_token("same", "read", now_ms=1) for _ in range(3)), return_exceptions=True
        )
        assert [isinstance(outcome, ConfigError) for outcome in outcomes] == [False, True, True]
        fresh = Credentials(store.settings)
        await fresh.load()
        for known in (credentials, fresh):
            assert known.check_password("correct horse")
            assert {token.name for token in known.tokens()} == {*names[4:], "x", "same"}
