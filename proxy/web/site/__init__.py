"""The static files: of the public site and of the casilla."""
