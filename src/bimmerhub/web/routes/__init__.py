"""The routes of /api/v1 and of the page, one module a subject."""
