"""Serves the static files of the public site and of the casilla."""
