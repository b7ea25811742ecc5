"""Makes the descriptions of BMW's interfaces (OpenAPI, JSON Schema) of the tables of operations and `source/*.yaml`."""
