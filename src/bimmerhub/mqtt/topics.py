"""Topics and topic filters: what is allowed, and who gets what. Source: OASIS MQTT 3.1.1, section 4.7."""

from typing import Generic, TypeVar

Subscriber = TypeVar("Subscriber")


def is_topic(text: str) -> bool:
    """Tell whether a message can have this topic: not empty, no wildcard, no U+0000."""
    return bool(text) and not any(character in text for character in "+#\0")


def is_topic_filter(text: str) -> bool:
    """Tell whether a client can subscribe to this: `+` alone in its level, `#` alone in the last one."""
    if not text or "\0" in text:
        return False
    *parents, last = text.split("/")
    return all(_is_level(level) for level in parents) and (last == "#" or _is_level(last))


def _is_level(level: str) -> bool:
    return level == "+" or not ("+" in level or "#" in level)


class _Level(Generic[Subscriber]):
    """One level of all filters that begin alike: what goes on below it, and who ends here with which QoS."""

    __slots__ = ("below", "subscribers")

    def __init__(self) -> None:
        self.below: dict[str, _Level[Subscriber]] = {}
        self.subscribers: dict[Subscriber, int] = {}


class SubscriptionTree(Generic[Subscriber]):
    """Subscriptions of any number of subscribers, asked by topic.

    Answers are remembered until a subscription changes, for at most `cached_topics` topics: a car's messages all have
    one topic.
    """

    def __init__(self, *, cached_topics: int = 10_000) -> None:
        self._root: _Level[Subscriber] = _Level()
        self._cached_topics = cached_topics
        self._cache: dict[str, tuple[tuple[Subscriber, int], ...]] = {}

    def add(self, topic_filter: str, subscriber: Subscriber, *, qos: int) -> None:
        """Add a subscription; the same filter of the same subscriber takes the new QoS."""
        level = self._root
        for name in topic_filter.split("/"):
            level = level.below.setdefault(name, _Level())
        level.subscribers[subscriber] = qos
        self._cache.clear()

    def discard(self, topic_filter: str, subscriber: Subscriber) -> None:
        """Remove a subscription if there is one, and the levels that nobody uses any more."""
        path = [self._root]
        names = topic_filter.split("/")
        for name in names:
            level = path[-1].below.get(name)
            if level is None:
                return
            path.append(level)
        path[-1].subscribers.pop(subscriber, None)
        for parent, name in zip(reversed(path[:-1]), reversed(names), strict=True):
            child = parent.below[name]
            if child.subscribers or child.below:
                break
            del parent.below[name]
        self._cache.clear()

    def match(self, topic: str) -> tuple[tuple[Subscriber, int], ...]:
        """Return each subscriber of `topic` once, with the highest QoS of its matching subscriptions."""
        cached = self._cache.get(topic)
        if cached is None:
            if len(self._cache) >= self._cached_topics:
                self._cache.clear()
            cached = self._cache[topic] = tuple(self._find(topic).items())
        return cached

    def _find(self, topic: str) -> dict[Subscriber, int]:
        subscribers: dict[Subscriber, int] = {}
        levels = [self._root]
        sees_wildcards = not topic.startswith("$")  # [MQTT-4.7.2-1]: wildcards leave a server's own topics alone
        for name in topic.split("/"):
            if sees_wildcards:
                _collect_multi_level(levels, subscribers)
            names = (name, "+") if sees_wildcards else (name,)
            levels = [level.below[wanted] for level in levels for wanted in names if wanted in level.below]
            sees_wildcards = True
        for level in levels:
            _collect(level, subscribers)
        _collect_multi_level(levels, subscribers)  # "sport/#" matches "sport" too
        return subscribers


def _collect_multi_level(levels: list[_Level[Subscriber]], subscribers: dict[Subscriber, int]) -> None:
    for level in levels:
        if "#" in level.below:
            _collect(level.below["#"], subscribers)


def _collect(level: _Level[Subscriber], subscribers: dict[Subscriber, int]) -> None:
    for subscriber, qos in level.subscribers.items():
        subscribers[subscriber] = max(qos, subscribers.get(subscriber, 0))
