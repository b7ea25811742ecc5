"""Making reports: of a hub that runs, of a store without one, of a car, of how BMW answers."""
