"""The i Remote API ("webapi v1"), which BMW's i Remote and Connected apps used from 2014 to 2021.

Sources: a public documentation of it, stored answers of eleven cars, and the programs of then. Where a rule is not in
them, it says inferred.
"""
