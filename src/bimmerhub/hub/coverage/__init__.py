"""The coverage of each vehicle: what the store and the links tell, put before the rules."""
