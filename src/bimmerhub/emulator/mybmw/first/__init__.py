"""The first list of the MyBMW app's API, v1 (2021 to 2022), one module for each part of an item."""
