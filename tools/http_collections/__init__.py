"""The HTTP collections, from their descriptions: Postman, OpenCollection (Bruno) and Thunder Client.

A description (src/bimmerhub/specs/collections/source/*.toml) names folders and requests in order. What a request is,
say the families' tables of operations; where it goes, their endpoints. `python -m tools.http_collections` writes the
files.
"""
