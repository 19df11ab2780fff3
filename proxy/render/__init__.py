"""Turns values into e-mails, SMS, PDFs, pictures, sounds and archives."""
