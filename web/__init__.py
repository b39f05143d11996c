"""The web: pages for people, an API for programs. It reaches the engine only by its public door."""
