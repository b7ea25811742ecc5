"""What is done with a simulated car: driving, charging, parking, refuelling, and why."""
