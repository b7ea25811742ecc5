"""Whatever clients do, the book's figures are right, and nobody is over a limit."""

from hypothesis import given
from hypothesis import strategies as st

from bimmerhub.web.connection_book import LOOPBACK, RESERVED_FOR_LOOPBACK, ConnectionBook, ConnectionLimits

LIMITS = ConnectionLimits(most=6, most_of_one_source=3)
SOURCES = [LOOPBACK, "192.0.2.1", "192.0.2.2", "192.0.2.3"]
STEPS = st.lists(
    st.tuples(st.sampled_from(["enter", "work", "wait", "leave"]), st.integers(0, 30), st.sampled_from(SOURCES))
)


@given(STEPS)
def test_nobody_is_over_a_limit_and_only_who_waits_is_pushed_out(steps: list[tuple[str, int, str]]) -> None:
    book, source_of, busy = ConnectionBook[int](LIMITS), dict[int, str](), set[int]()
    for step, number, source in steps:
        if step == "enter":
            if number in source_of:
                continue
            may_stay, victim = book.enter(number, source)
            if victim is not None:
                assert victim not in busy
                del source_of[victim]
            if may_stay:
                source_of[number] = source
        elif step == "leave":
            book.leave(number)
            source_of.pop(number, None)
            busy.discard(number)
        elif number in source_of:
            getattr(book, step)(number)
            (busy.add if step == "work" else busy.discard)(number)
        far = [one for one in source_of.values() if one != LOOPBACK]
        assert len(book) == len(source_of) <= LIMITS.most + RESERVED_FOR_LOOPBACK
        assert len(far) <= LIMITS.most
        assert all(far.count(one) <= LIMITS.most_of_one_source for one in far)
