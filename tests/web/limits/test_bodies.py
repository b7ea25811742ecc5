"""Bodies that are too long."""

from io import BytesIO

from tests.web.conftest import OpenSite


async def test_json_body_that_is_too_long_is_413(open_a_site: OpenSite) -> None:
    async with open_a_site() as site:
        site.credentials.tokens["writer"] = "write"
        headers = {"authorization": "Bearer writer", "content-type": "application/json"}
        body = b'{"client_id":"' + b"x" * (1 << 20) + b'"}'
        async with site.post("/api/v1/accounts/home/sign-in", data=BytesIO(body), headers=headers) as answer:
            assert answer.status == 413
            problem = (await answer.json())["error"]
    assert (problem["kind"], problem["message"]) == ("content_too_large", "the body is longer than 1 MiB")
