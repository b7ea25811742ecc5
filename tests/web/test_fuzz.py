"""Whatever is asked, the hub answers with what it has or says what is wrong: never with a fault of its own."""

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from yarl import URL

if TYPE_CHECKING:
    from tests.web.conftest import Site

VIN = "WBY00000000000042"

times = st.one_of(
    st.datetimes(timezones=st.timezones()).map(lambda at: at.isoformat()),
    st.dates().map(lambda on: on.isoformat()),
    st.text(max_size=50),
)
numbers = st.one_of(st.integers(), st.floats(), st.text(max_size=8)).map(str)
words = st.one_of(st.just("soc_percent"), st.text(max_size=30))
queries = st.fixed_dictionaries(
    {},
    optional={
        "descriptor": words,
        "signal": words,
        "from": times,
        "to": times,
        "buckets": numbers,
        "limit": numbers,
        "after": st.one_of(st.text(max_size=50), st.binary(max_size=30).map(bytes.hex)),
        "kind": words,
        "vin": words,
        "q": words,
    },
)
KNOWN = {
    "readings": {"descriptor", "signal", "from", "to", "buckets", "limit", "after"},
    "positions": {"from", "to", "limit"},
    "descriptors": {"q"},
    "state": set[str](),
    "../../quarantine": {"limit"},
    "../../catalogue": {"q"},
}
places = st.sampled_from(list(KNOWN))
vins = st.one_of(st.just(VIN), st.text(min_size=1, max_size=20), st.from_regex(r"[A-HJ-NPR-Z0-9]{17}", fullmatch=True))

fuzzed = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@fuzzed
@given(vin=vins, place=places, query=queries, is_careful=st.sampled_from([True, True, False]))
async def test_any_question_has_an_answer(
    site: "Site", vin: str, place: str, query: dict[str, str], *, is_careful: bool
) -> None:
    if is_careful:
        query = {name: text for name, text in query.items() if name in KNOWN[place]}
    url = URL(site.address).joinpath("api", "v1", "vehicles", vin.replace("/", "_"), *place.split("/"))
    async with site.client.get(url.with_query(query)) as answer:
        body = await answer.json()
    assert answer.status in {200, 404, 422}
    assert ("error" in body) is (answer.status != 200)


@fuzzed
@given(name=st.text(min_size=1, max_size=30), body=st.one_of(st.binary(max_size=40), st.just(b'{"client_id": 5}')))
async def test_any_body_has_an_answer(site: "Site", name: str, body: bytes) -> None:
    headers = {"authorization": "Bearer local", "content-type": "application/json"}
    url = URL(site.address).joinpath("api", "v1", "accounts", name.replace("/", "_"), "sign-in")
    async with site.client.post(url, data=body, headers=headers) as answer:
        assert answer.status in {200, 400, 404, 405, 422}
        await answer.json()
