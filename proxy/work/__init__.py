"""What nobody waits for: messages that leave, and the chores."""
