"""Topic filters: what the standard's own examples say, and a slow matcher that agrees with the tree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bimmerhub.mqtt.topics import SubscriptionTree, is_topic_filter

LEVEL = st.sampled_from(["a", "b", "", "$sys"])
TOPICS = st.lists(LEVEL, min_size=1, max_size=4).map("/".join).filter(bool)
FILTERS = (
    st.tuples(st.lists(st.sampled_from(["a", "b", "", "+", "$sys"]), min_size=1, max_size=4), st.booleans())
    .map(lambda drawn: "/".join([*drawn[0], "#"] if drawn[1] else drawn[0]))
    .filter(bool)
)


def matches(topic_filter: str, topic: str) -> bool:
    wanted, sent = topic_filter.split("/"), topic.split("/")
    if topic.startswith("$") and wanted[0] in {"+", "#"}:
        return False
    if wanted[-1] == "#":
        wanted = wanted[:-1]
        sent = sent[: len(wanted)] if len(sent) >= len(wanted) else [*sent, *[""] * 9]
    return len(wanted) == len(sent) and all(a in {"+", b} for a, b in zip(wanted, sent, strict=True))


@given(st.dictionaries(FILTERS, st.integers(0, 1), max_size=6), st.lists(TOPICS, min_size=1, max_size=4))
def test_tree_finds_what_a_slow_matcher_finds(filters: dict[str, int], topics: list[str]) -> None:
    tree: SubscriptionTree[str] = SubscriptionTree(cached_topics=2)
    for topic_filter, qos in filters.items():
        tree.add(topic_filter, topic_filter, qos=qos)
    for topic in topics:
        assert dict(tree.match(topic)) == {name: qos for name, qos in filters.items() if matches(name, topic)}


@given(st.lists(FILTERS, max_size=6), TOPICS)
def test_tree_forgets_what_is_discarded(filters: list[str], topic: str) -> None:
    tree: SubscriptionTree[str] = SubscriptionTree()
    for topic_filter in filters:
        tree.add(topic_filter, "me", qos=0)
        tree.match(topic)
    for topic_filter in filters:
        tree.discard(topic_filter, "me")
    assert tree.match(topic) == ()


def test_subscriber_gets_a_message_once_with_its_highest_qos() -> None:
    tree: SubscriptionTree[str] = SubscriptionTree()
    for topic_filter, qos in {"a/+": 0, "a/b": 1, "#": 0}.items():
        tree.add(topic_filter, "me", qos=qos)
    assert tree.match("a/b") == (("me", 1),)


@pytest.mark.parametrize("topic_filter", ["", "a#", "#/a", "a/+b", "a\0"])
def test_filters_that_the_standard_forbids(topic_filter: str) -> None:
    assert not is_topic_filter(topic_filter)


@pytest.mark.parametrize("topic_filter", ["#", "+", "+/+", "a//b", "/", "a/#", "$sys/#"])
def test_filters_that_the_standard_allows(topic_filter: str) -> None:
    assert is_topic_filter(topic_filter)
