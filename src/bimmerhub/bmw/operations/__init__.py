"""An operation of an interface as data, and the request and the call that are made of it."""
