"""Charging sessions, trips and their figures, as the MyBMW app's API tells them."""
