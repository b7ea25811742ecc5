"""Each of those interfaces in the hub's words: how it is signed in to, what its cars tell and do."""
