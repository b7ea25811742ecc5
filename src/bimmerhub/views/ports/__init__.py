"""What only a live hub knows or does, as views ask for it; what is stored comes through the ports of `store`."""
