"""Commands to cars: which car can do what, sending each one once, and following it to its end."""
