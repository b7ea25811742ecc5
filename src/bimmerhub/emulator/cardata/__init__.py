"""BMW CarData: its REST API, its stream (`stream/`), and its words for what the cars tell (`voice/`)."""
