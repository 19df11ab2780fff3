"""The registration of people and companies, page by page."""
