"""What the rest of bimmerhub asks of a store, one module a subject. Each adapter passes the suite in `tests/contract`.

All times are milliseconds since 1970 UTC; ranges are half open, `from_ms <= t < to_ms`. Every method raises StoreError
when the disk or the database fails it.
"""
