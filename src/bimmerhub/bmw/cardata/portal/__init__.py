"""What BMW's customer portal gives as a file: the archive of a car, and the list of descriptors. Pure."""
