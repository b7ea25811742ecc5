from dataclasses import dataclass

from bimmerhub.domain.reading import Value
from bimmerhub.domain.repeats import drop_repeats
from bimmerhub.ids import Descriptor


@dataclass(frozen=True)
class Point:
    descriptor: Descriptor
    measured_at_ms: int
    value: Value


OLD, NEW = Descriptor("vehicle.old"), Descriptor("vehicle.new")


def test_what_two_descriptors_tell_at_once_is_there_once() -> None:
    points = [Point(OLD, 0, 67), Point(NEW, 0, 67), Point(OLD, 60_000, 68), Point(NEW, 65_000, 68)]
    assert drop_repeats(points) == [points[0], points[2]]


def test_what_differs_or_is_far_apart_stays() -> None:
    points = [Point(OLD, 0, 67), Point(NEW, 0, 68), Point(OLD, 10_000, 68), Point(NEW, 15_001, 68)]
    assert drop_repeats(points) == points


def test_what_one_descriptor_repeats_stays() -> None:
    points = [Point(OLD, 0, 67), Point(OLD, 1_000, 67)]
    assert drop_repeats(points) == points
