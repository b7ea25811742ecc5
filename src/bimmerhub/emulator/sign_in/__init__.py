"""BMW's sign-in: OAuth's device flow and the pages a person sees."""
