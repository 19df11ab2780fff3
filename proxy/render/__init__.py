"""Values to e-mails, PDFs and archives. Same input, same output."""
