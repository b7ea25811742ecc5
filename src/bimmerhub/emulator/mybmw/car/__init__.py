"""What the MyBMW app's API tells of a car: lists, profile, state, what it can do, pictures."""
