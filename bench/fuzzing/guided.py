"""The process of one guided run: `python -m bench.fuzzing.guided NAME [LIBFUZZER OPTIONS] FOLDER...`."""

import logging
import os
import sys

import atheris

with atheris.instrument_imports(include=["bimmerhub"]):
    from bench.fuzzing.targets import opened


PROGRAM = "BIMMERHUB_FUZZ_PROGRAM"
"""The variable that names what libFuzzer starts for a part of its work: a program of its own, without arguments."""


def main() -> None:
    name, *options = sys.argv[1:]
    logging.disable()
    with opened(name) as fuzzer:
        atheris.Setup([os.environ.get(PROGRAM, sys.argv[0]), *options], fuzzer.read)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
