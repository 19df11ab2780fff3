"""The work outside the requests: messages that leave, and chores."""
