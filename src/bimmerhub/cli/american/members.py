"""Showing a document of BMW's whose form nobody has described: its members by BMW's own names."""

from bimmerhub.cli.printing.output import print_folded

_STEP = 2


def print_members(document: object, *, indent: int = 0) -> None:
    """Print what a document holds, one value a line; what is inside another stands further to the right."""
    match document:
        case dict():
            for name, value in document.items():
                _print_member(str(name).replace("_", " "), value, indent)
        case list():
            for number, item in enumerate(document):
                if number:
                    print_folded("")
                print_members(item, indent=indent)
        case _:
            print_folded(f"{' ' * indent}{_word(document)}", indent=indent + _STEP)


def _print_member(name: str, value: object, indent: int) -> None:
    if isinstance(value, dict | list) and value:
        print_folded(f"{' ' * indent}{name}:")
        print_members(value, indent=indent + _STEP)
    else:
        print_folded(f"{' ' * indent}{name}: {_word(value)}", indent=indent + _STEP)


def _word(value: object) -> str:
    match value:
        case None | [] | {}:
            return "-"
        case bool():
            return "yes" if value else "no"
    return str(value)
