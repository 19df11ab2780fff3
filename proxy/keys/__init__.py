"""The key ring: its file, its subkeys, and what is signed with them."""
