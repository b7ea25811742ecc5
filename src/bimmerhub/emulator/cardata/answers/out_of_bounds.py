"""What faults make of whole answers but `telematicData`: items without sense, numbers and texts out of all bounds."""

from collections.abc import Sequence

from bimmerhub.emulator.faults.switches import Faults

_Item = dict[str, object]
_ODD_NUMBERS = (10**400, -1, "NaN", 1.7e308, "Infinity")
ODD_IMAGES = (b"<html><title>Please wait</title></html>", b'{"image":"aGVsbG8="}', b"null", b"")
"""By the value of the fault `image-odd`, from 1."""


def break_item(items: Sequence[_Item], faults: Faults) -> list[_Item]:
    """Return mappings of which `mappings-item-broken` has taken the VIN of one."""
    number = faults.value("mappings-item-broken")
    if number is None or not 1 <= number <= len(items) or not faults.take("mappings-item-broken"):
        return list(items)
    return [{**item, "vin": None} if place == number else item for place, item in enumerate(items, start=1)]


def list_of(items: Sequence[_Item], faults: Faults) -> list[_Item] | None:
    """Return the list of a page, or the null that `data-null` puts there."""
    if faults.take("data-null"):
        return None
    return [_out_of_bounds(item) for item in items] if faults.take("odd-numbers") else list(items)


def lengthen(item: _Item, names: Sequence[str], faults: Faults) -> _Item:
    """Return an answer of which `long-texts` has made the members of these names long; those not there stay away."""
    length = faults.value("long-texts")
    if length is None or not faults.take("long-texts"):
        return item
    return {**item, **{name: f"{item[name]} ".ljust(int(length), "x") for name in names if name in item}}


def odd_image(faults: Faults) -> bytes | None:
    """Return what `image-odd` answers in place of a picture; None when it is off."""
    number = faults.value("image-odd")
    if number is None or not 1 <= number <= len(ODD_IMAGES) or not faults.take("image-odd"):
        return None
    return ODD_IMAGES[int(number) - 1]


def _out_of_bounds(item: _Item) -> _Item:
    """Return the item with each number an odd one, but for the start by which a session is known."""
    numbers = [name for name, value in item.items() if isinstance(value, int | float) and name != "startTime"]
    return {**item, **{name: _ODD_NUMBERS[place % len(_ODD_NUMBERS)] for place, name in enumerate(numbers)}}
