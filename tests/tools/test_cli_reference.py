from tools.cli_reference import PAGE, render


def test_page_of_the_command_line_is_what_the_help_texts_say() -> None:
    assert PAGE.read_text("utf-8") == render(), "run: python -m tools.cli_reference"
