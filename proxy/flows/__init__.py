"""The stories of the service: one file is one story, read from top to bottom."""
