"""Text of others: one line, no orders, no piles of marks; and the environment of programs that are started."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bimmerhub.child_environment import environment_for_commands, environment_for_others
from bimmerhub.plain_text import MOST_MARKS, csv_cell, escape_in_json, one_line

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
        "Cafe\u0301 Tie\u0302\u0301ng",
        "\u0e01\u0e33\u0e19\u0e31\u0e19 \u05e9\u05c1\u05b8",
    ],
)
def test_usual_text_stays(text: str) -> None:
    assert (one_line(text), csv_cell(text), escape_in_json(text)) == (text, text, text)


def test_marks_do_not_pile_up() -> None:
    assert one_line("z" + "\u0335\u0489\u20dd" * 50 + "a\u0301\n") == "z" + "\u0335\u0489\u20dd\u0335" + "a\u0301 "
    assert one_line("\u0301" * 50) == "\u0301" * MOST_MARKS


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
