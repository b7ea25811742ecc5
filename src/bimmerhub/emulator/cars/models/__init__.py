"""The models of simulated cars: what each can do, and how its telematics report."""
