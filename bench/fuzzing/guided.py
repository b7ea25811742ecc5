"""The process of one guided run: `python -m bench.fuzzing.guided NAME [LIBFUZZER OPTIONS] FOLDER...`."""

import logging
import sys

import atheris

with atheris.instrument_imports(include=["bimmerhub"]):
    from bench.fuzzing.targets import opened


def main() -> None:
    name, *options = sys.argv[1:]
    logging.disable()
    with opened(name) as fuzzer:
        atheris.Setup([sys.argv[0], *options], fuzzer.read)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
