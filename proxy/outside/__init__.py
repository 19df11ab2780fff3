"""The outside services, each behind an adapter: mail, SMS, identity."""
