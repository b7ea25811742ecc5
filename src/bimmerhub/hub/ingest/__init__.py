"""The one way in: what happens to readings between their arrival and being told."""
