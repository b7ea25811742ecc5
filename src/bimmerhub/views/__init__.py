"""The product's public reads. One module a subject: its public shape, and the function that makes it from ports.

API routes, server-sent events, the command line and outputs call these; nobody else builds public JSON. Every view
takes the `Viewer` first. Shapes are frozen msgspec structs: `msgspec.json.encode` writes them and
`msgspec.json.decode(body, type=StateAnswer)` reads them back. A field that a shape does not have is ignored on
decoding, because `/api/v1` grows: an older reader must still understand a newer hub.

Nothing here imports FastAPI, Starlette or pydantic: reading commands import views and have to start quickly.
"""
