"""What BMW answered, as it is shown: what a car is, its tyres, where and how it charges, and what of it changed."""
