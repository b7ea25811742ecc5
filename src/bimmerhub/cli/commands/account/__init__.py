"""Commands for an account: signing in, what its link does, its quota, its containers, and what is wrong."""
