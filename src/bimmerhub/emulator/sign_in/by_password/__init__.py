"""BMW's sign-in as the older programs use it: they send the person's password themselves."""
