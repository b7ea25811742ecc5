"""What is done with what is stored: importing captures, looking into quarantine, rebuilding records."""
