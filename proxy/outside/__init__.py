"""Services of others, each behind an adapter: mail, SMS, identity."""
