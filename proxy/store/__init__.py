"""Tables and the statements on them. Nothing here decides."""
