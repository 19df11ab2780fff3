"""The key ring: its file, its subkeys, and the tokens signed with them."""
