"""The API of BMW's apps MyBMW and MINI ("eadrax"), since August 2021.

Sources: stored answers of 28 cars, the programs of 2021 to 2025, and users' reports. Where a rule is not in them, it
says inferred.
"""
