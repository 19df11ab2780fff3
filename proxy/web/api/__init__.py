"""The sender's API: keys and no cookies, JSON and no pages."""
