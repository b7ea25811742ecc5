"""The ConnectedDrive portal ("Remote Cockpit"): what www.bmw-connecteddrive.<country> asked BMW from 2015 to 2021.

Sources: stored answers of real cars, and the programs of then. Where a rule is not in them, it says inferred.
"""
