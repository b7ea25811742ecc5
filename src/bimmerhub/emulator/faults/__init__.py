"""Named faults: switched on and off by hand, by command line or by time table."""
