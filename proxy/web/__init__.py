"""The HTTP edge: reads the request, runs one flow, chooses the page."""
