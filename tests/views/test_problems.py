"""An error crosses HTTP and comes back as what it was."""

from datetime import UTC, datetime
from inspect import getmembers, isclass, signature
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bimmerhub import errors
from bimmerhub.cli.context import WrongUsage
from bimmerhub.errors import BimmerhubError, ConfigError, QuotaSpent, StoreError
from bimmerhub.views.problems import Problem, problem, to_error, to_problem

PUBLIC = [member for _, member in getmembers(errors, isclass) if issubclass(member, BimmerhubError)]
TEXTS = st.text(max_size=40)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1)).map(  # noqa: DTZ001 - hypothesis adds the zone
    lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000, tzinfo=UTC)
)
FIELDS = {
    "hint": TEXTS | st.none(),
    "resets_at": MOMENTS,
    "retry_after_s": st.integers(0, 10**6) | st.floats(0, 1e6),
    "code": TEXTS | st.none(),
    "fault_code": TEXTS | st.none(),
    "status": st.integers(100, 599) | st.none(),
    "note": TEXTS | st.none(),
    "descriptor": TEXTS | st.none(),
}


def cross_http(error: BimmerhubError) -> BimmerhubError:
    return to_error(msgspec.json.decode(msgspec.json.encode(to_problem(error)), type=Problem))


@pytest.mark.parametrize("error_class", PUBLIC, ids=lambda error_class: error_class.__name__)
@given(data=st.data())
def test_every_public_exception_comes_back_with_all_its_fields(
    error_class: type[BimmerhubError], data: st.DataObject
) -> None:
    names = set(signature(error_class).parameters) - {"message"}
    fields: dict[str, Any] = {name: data.draw(FIELDS[name]) for name in sorted(names)}
    error = error_class(data.draw(TEXTS), **fields)
    returned = cross_http(error)
    assert type(returned) is error_class
    assert (str(returned), returned.hint) == (str(error), error.hint)
    assert {name: getattr(returned, name) for name in names} == {name: getattr(error, name) for name in names}


def test_subclass_comes_back_as_the_public_exception_that_it_is() -> None:
    returned = cross_http(WrongUsage("there are two cars", hint="Name one."))
    assert (type(returned), returned.hint) == (ConfigError, "Name one.")


def test_error_shows_only_the_fields_of_its_kind() -> None:
    spent = QuotaSpent("spent", resets_at=datetime(2026, 1, 1, tzinfo=UTC), hint="Wait.")
    assert msgspec.to_builtins(to_problem(spent)) == {
        "error": {"kind": "quota_spent", "message": "spent", "hint": "Wait.", "resets_at": "2026-01-01T00:00:00.000Z"}
    }


@pytest.mark.parametrize(
    ("kind", "error_class"),
    [("internal", StoreError), ("read_only_token", ConfigError), ("of a newer hub", ConfigError)],
)
def test_kind_that_no_exception_has_is_still_an_error_in_words(kind: str, error_class: type[BimmerhubError]) -> None:
    returned = to_error(problem(kind, "no", hint="yes"))
    assert (type(returned), str(returned), returned.hint) == (error_class, "no", "yes")


@pytest.mark.parametrize("kind", ["quota_spent", "rate_limited"])
def test_wait_of_an_older_hub_without_its_end_is_an_error_in_words(kind: str) -> None:
    assert type(to_error(problem(kind, "wait"))) is ConfigError
