"""Places as people pass them on."""

import pytest

from bimmerhub.domain.map_links import parse_place
from bimmerhub.errors import ConfigError

MUNICH = (48.137, 11.575)


@pytest.mark.parametrize(
    "text",
    [
        "geo:48.137,11.575",
        "geo:48.137,11.575;u=35",
        "geo:0,0?q=48.137,11.575(Marienplatz)",
        "48.137, 11.575",
        "https://www.openstreetmap.org/?mlat=48.137&mlon=11.575#map=16/1/2",
        "https://www.openstreetmap.org/#map=16/48.137/11.575",
        "https://www.google.com/maps/place/X/@1.5,2.5,17z/data=!3m1!3d48.137!4d11.575",
        "https://www.google.com/maps/@48.137,11.575,17z",
        "https://maps.google.com/?q=48.137,11.575",
        "https://www.google.com/maps/dir/?api=1&destination=48.137%2C11.575",
        "https://maps.apple.com/?ll=48.137,11.575&q=Marienplatz",
    ],
)
def test_the_place_is_found(text: str) -> None:
    place = parse_place(text)
    assert (place.latitude_deg, place.longitude_deg) == MUNICH


@pytest.mark.parametrize("text", ["", "Munich", "https://maps.app.goo.gl/abc", "geo:91,0", "geo:0,0", "48.1"])
def test_what_holds_no_place_is_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        parse_place(text)


def test_a_name_comes_with_it() -> None:
    assert parse_place("geo:0,0?q=48.137,11.575(Marienplatz)").name == "Marienplatz"
    assert parse_place("https://maps.apple.com/?ll=48.137,11.575&q=Marienplatz").name == "Marienplatz"
    assert parse_place("geo:48.137,11.575").name is None
