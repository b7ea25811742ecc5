"""Arguments that several commands take, and what a person may have meant by them."""
