"""API descriptions and HTTP collections: data files, and what reads them."""
