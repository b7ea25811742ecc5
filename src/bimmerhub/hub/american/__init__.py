"""North America's sites: how My Garage and the dealers' stock are reached."""
