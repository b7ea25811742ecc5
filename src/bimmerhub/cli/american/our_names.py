"""What BMW answers as JSON by our names: the SDK's models are encoded by BMW's, which are for the wire alone."""

from datetime import date

import msgspec

from bimmerhub.cli.printing.output import print_json_text


def with_our_names(value: object) -> object:
    """Return a model, and all that is in it, as plain objects by the names of its fields; what is None stays null."""
    match value:
        case msgspec.Struct():
            return {name: with_our_names(getattr(value, name)) for name in value.__struct_fields__}
        case tuple() | list():
            return [with_our_names(item) for item in value]
        case dict():
            return {name: with_our_names(item) for name, item in value.items()}
        case date():
            return value.isoformat()
    return value


def print_ours(document: object) -> None:
    """Print a model as one JSON document by our names."""
    print_json_text(msgspec.json.format(msgspec.json.encode(with_our_names(document))).decode())
