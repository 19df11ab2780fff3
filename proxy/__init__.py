"""The casilla electrónica: an authenticated mailbox in front of the public site."""

VERSION = "0.5.0"
