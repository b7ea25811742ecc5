"""The life of sessions, of keys of links and of tokens, whatever happens in whichever order."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from bimmerhub.times import DAY_MS
from bimmerhub.web.access.entrance import Entrance
from bimmerhub.web.access.link_keys import KEY_MINUTES, MOST_KEYS
from bimmerhub.web.access.sessions import IDLE_DAYS, MOST_SESSIONS, OLD_COOKIE_MS, SESSION_DAYS, NewSession, Sessions


class Model:
    """What a session should be: when it began, was used, and which cookies open it until when."""

    def __init__(self, session: NewSession, elapsed_ms: int) -> None:
        self.proof = session.page_proof
        self.began_at_ms = self.used_at_ms = self.renewed_at_ms = elapsed_ms
        self.cookies: dict[str, int | None] = {session.cookie: None}
        self.is_ended = False

    def is_open(self, elapsed_ms: int) -> bool:
        is_young = elapsed_ms < self.began_at_ms + SESSION_DAYS * DAY_MS
        self.is_ended = self.is_ended or not (is_young and elapsed_ms < self.used_at_ms + IDLE_DAYS * DAY_MS)
        return not self.is_ended

    def opens(self, cookie: str, elapsed_ms: int) -> bool:
        until_ms = self.cookies.get(cookie, 0)
        return (until_ms is None or elapsed_ms < until_ms) and self.is_open(elapsed_ms)


class Coming(RuleBasedStateMachine):
    """Sessions begin, are used, renewed, ended; time goes by; nothing opens that should not."""

    sessions = Bundle("sessions")
    keys = Bundle("keys")

    @initialize()
    def begin(self) -> None:
        self.elapsed_ms = 10**12
        self.entrance = Entrance.make(now_ms=lambda: self.elapsed_ms, elapsed_s=lambda: self.elapsed_ms / 1000)
        self.models: list[Model] = []
        self.watched = 0
        self.good_keys: dict[str, int] = {}
        self.watch = self.entrance.revocations.watched_by(self._look)
        self.watch.__enter__()

    def _look(self) -> None:
        self.watched += 1

    @rule(target=sessions)
    def start(self) -> Model:
        model = Model(self.entrance.sessions.start(), self.elapsed_ms)
        self.models.append(model)
        return model

    @rule(target=sessions, old=sessions)
    def start_instead(self, old: Model) -> Model:
        cookie = list(old.cookies)[-1]
        model = Model(self.entrance.sessions.start(instead_of=cookie), self.elapsed_ms)
        old.is_ended = True
        self.models.append(model)
        return model

    @rule(model=sessions, chosen=st.data())
    def use(self, model: Model, chosen: st.DataObject) -> None:
        cookie = chosen.draw(st.sampled_from(list(model.cookies)))
        is_open = model.opens(cookie, self.elapsed_ms)
        number = self.entrance.sessions.use(cookie)
        assert (number is not None) == is_open
        if number is not None:
            model.used_at_ms = self.elapsed_ms
            assert self.entrance.sessions.is_proven(number, model.proof)
            for wrong in (None, "", cookie, *[other.proof for other in self.models if other is not model]):
                assert not self.entrance.sessions.is_proven(number, wrong)

    @rule(model=sessions)
    def renew(self, model: Model) -> None:
        cookie = list(model.cookies)[-1]
        is_open = model.opens(cookie, self.elapsed_ms)
        made = self.entrance.sessions.renew(cookie)
        assert (made is not None) == (is_open and self.elapsed_ms >= model.renewed_at_ms + DAY_MS)
        if made is not None:
            model.cookies = {cookie: self.elapsed_ms + OLD_COOKIE_MS, made: None}
            model.renewed_at_ms = self.elapsed_ms

    @rule(model=sessions)
    def end(self, model: Model) -> None:
        cookie, before = list(model.cookies)[-1], self.watched
        is_open, was_ended = model.opens(cookie, self.elapsed_ms), model.is_ended
        self.entrance.sessions.end(cookie)
        assert self.watched - before in ({1} if is_open else {0} if not was_ended else {0, 1})
        model.is_ended = True

    @rule()
    def set_a_password(self) -> None:
        before = self.watched
        self.entrance.shut()
        assert self.watched == before + 1
        self.good_keys.clear()
        for model in self.models:
            model.is_ended = True

    @rule(target=keys)
    def make_key(self) -> str:
        key = self.entrance.keys.make()
        self.good_keys[key] = self.elapsed_ms + KEY_MINUTES * 60_000
        while len(self.good_keys) > MOST_KEYS:
            del self.good_keys[next(iter(self.good_keys))]
        return key

    @rule(key=keys)
    def spend_key(self, key: str) -> None:
        assert self.entrance.keys.spend(key) == (self.elapsed_ms < self.good_keys.pop(key, 0))

    @rule(key=consumes(keys))
    def guess_key(self, key: str) -> None:
        assert not self.entrance.keys.spend(key[:-1])

    @rule(by_ms=st.sampled_from([0, 1, OLD_COOKIE_MS - 1, OLD_COOKIE_MS, 3_600_000, DAY_MS, 6 * DAY_MS, 8 * DAY_MS]))
    def wait(self, by_ms: int) -> None:
        self.elapsed_ms += by_ms

    @invariant()
    def nothing_opens_without_a_cookie(self) -> None:
        for cookie in (None, "", "x"):
            assert self.entrance.sessions.use(cookie) is None


Coming.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestComing = Coming.TestCase


def test_memory_is_bounded_and_the_oldest_session_ends() -> None:
    sessions = Sessions(elapsed_ms=lambda: 0)
    made = [sessions.start() for _ in range(MOST_SESSIONS + 3)]
    assert [sessions.use(one.cookie) is not None for one in made[:4]] == [False, False, False, True]


def test_who_is_pushed_out_or_too_old_is_told() -> None:
    elapsed_ms, ended = 0, list[int]()
    sessions = Sessions(elapsed_ms=lambda: elapsed_ms, on_end=lambda: ended.append(elapsed_ms))
    made = [sessions.start() for _ in range(MOST_SESSIONS + 1)]
    assert len(ended) == 1
    elapsed_ms = IDLE_DAYS * DAY_MS
    assert sessions.use(made[1].cookie) is None
    assert len(ended) == 2


def test_secrets_are_in_no_representation() -> None:
    made = Sessions(elapsed_ms=lambda: 0).start()
    assert made.cookie not in repr(made)
    assert made.page_proof not in repr(made)


@pytest.mark.parametrize("years", [-10, 10])
def test_a_clock_that_is_set_ends_no_session_and_makes_none_last(years: int) -> None:
    now_ms, elapsed_s = [10**12], [0.0]
    entrance = Entrance.make(now_ms=lambda: now_ms[0], elapsed_s=lambda: elapsed_s[0])
    cookie, key = entrance.sessions.start().cookie, entrance.keys.make()
    now_ms[0] += years * 366 * DAY_MS
    assert entrance.sessions.use(cookie) is not None
    elapsed_s[0] += 3_600
    assert not entrance.keys.spend(key)
    elapsed_s[0] += 7 * DAY_MS / 1000
    assert entrance.sessions.use(cookie) is None
