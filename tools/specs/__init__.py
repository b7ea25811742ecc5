"""Makes the descriptions of BMW's interfaces (OpenAPI, JSON Schema) of the tables of operations and `source/*.yaml`.

To describe an interface (NAME is that of its file):

1. `python -m tools.specs.draft FAMILY > tools/specs/source/NAME.yaml` begins with what the emulator answers.
2. Say what only people know (`sources` tells what stands in a file, `notation` how schemas are written,
   `source/cardata.yaml` is an example): words, refusals, which members are optional, which words an enum has.
3. `python -m tools.specs.examples NAME` takes the examples, `python -m tools.specs` writes the descriptions.
4. `python -m tools.specs.check NAME` holds the emulator's answers about every model against them.

From then on the tests hold every answer of every emulator against it (`tests/specs/recorder.py`), with those faults
left out that answer what nobody has seen.
"""
