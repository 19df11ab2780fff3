"""What the service does: one file is one story, read from top to bottom."""
