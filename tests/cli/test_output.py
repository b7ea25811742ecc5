"""What is printed cannot give the terminal orders."""

import pytest

from bimmerhub.cli.output import print_table, print_text, say, without_orders


def test_words_of_others_give_the_terminal_no_orders(capsys: pytest.CaptureFixture[str]) -> None:
    hostile = "a\x1b[2Jb\x07\x9b31m\x7f\r"
    print_text(f"{hostile}\nnext\tÄ…")
    print_table(["name"], [[hostile]])
    say(hostile)
    printed = capsys.readouterr()
    assert not set("\x1b\x07\x9b\x7f\r") & set(printed.out + printed.err)
    assert "\nnext" in printed.out
    assert "Ä…" in printed.out
    assert "[2Jb" in printed.err


def test_ends_of_lines_stay() -> None:
    assert without_orders("a\r\nb\nc\td") == "a\nb\nc\td"
