"""Commands to cars, as all families have them: a command's life, what a car can do, charging profiles."""
