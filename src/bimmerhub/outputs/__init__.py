"""What goes out of the house: what there is to tell in, messages out. One module for each way to send."""
