"""Text of others: one line, no orders, no secrets; and the environment of programs that are started."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bimmerhub.child_environment import environment_for_commands, environment_for_others
from bimmerhub.plain_text import csv_cell, escape_in_json, mask_secrets, one_line

texts = st.text(st.characters(codec=None))


@given(texts)
def test_any_text_is_one_shown_line(text: str) -> None:
    line = one_line(text)
    assert len(f"a{line}b".splitlines()) == 1
    line.encode()
    assert one_line(line) == line
    assert len(line) <= len(text)


@given(texts)
def test_any_cell_begins_no_formula(text: str) -> None:
    assert not csv_cell(text).lstrip().startswith(("=", "+", "-", "@"))


@given(st.text())
def test_json_means_the_same(text: str) -> None:
    document = escape_in_json(json.dumps({"a": text}, ensure_ascii=False))
    assert json.loads(document) == {"a": text}
    assert one_line(document) == document.replace("\N{NO-BREAK SPACE}", " ") or not document.isascii()


@pytest.mark.parametrize(
    "text",
    [
        "Zürich 東京 👍",
        "(SmartPhoneUtil-A-2013) no",
        "ERR2001_TOKEN_INVALID",
        "AVERAGE_RECUPERATED_ENERGY_PER_100_KM",
        "vehicle.drivetrain.batteryManagement.header",
        "no basic data",
    ],
)
def test_usual_text_stays(text: str) -> None:
    assert (one_line(text), csv_cell(text), mask_secrets(text), escape_in_json(text)) == (text, text, text, text)


@pytest.mark.parametrize(
    "secret",
    [
        ".".join(["eyJhbGciOiJSUzI1NiJ9", "eyJzdWIiOiIxMjM0NTY3ODkwIn0"] * 2),
        "aaaaaaaa-bbbb-1111-2222-eeeeeeeeeeee",
        "Bearer abc1",
        "Basic eDp5",
        "bh_w5Yc0mB1pXQd7T9uZ3kLr8sN2vA4eF6g",
    ],
)
def test_tokens_and_ids_are_masked(secret: str) -> None:
    assert secret not in mask_secrets(f"no {secret}, sorry")
    assert mask_secrets(f"no {secret}, sorry").endswith(", sorry")


def test_programs_that_are_started_get_no_secret() -> None:
    given_to_us = {
        "PATH": "/bin",
        "HOME": "/x",
        "DBUS_SESSION_BUS_ADDRESS": "unix:path=/x",
        "XAUTHORITY": "/x",
        "BIMMERHUB_ACCOUNTS__HOME__RELAY_PASSWORD": "s",
        "BIMMERHUB_HUB__PORT": "1",
        "AUTH_CLIENT_ID": "s",
        "PASSWORD": "s",
        "MY_TOKEN": "s",
        "aws_secret_access_key": "s",
        "PGPASSWORD": "s",
    }
    assert environment_for_commands(given_to_us).keys() >= {"PATH", "MY_TOKEN", "aws_secret_access_key"}
    assert not [name for name in environment_for_commands(given_to_us) if name.startswith("BIMMERHUB_")]
    assert [*environment_for_others(given_to_us)] == ["PATH", "HOME", "DBUS_SESSION_BUS_ADDRESS", "XAUTHORITY"]
