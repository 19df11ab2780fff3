"""The parts that every page shares: forms, cookies, guards, headers, errors and the log."""
