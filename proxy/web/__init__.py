"""The handlers: each reads the request, runs one flow and chooses the page."""
