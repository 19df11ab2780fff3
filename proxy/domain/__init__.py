"""Values and rules. Nothing here reads or writes anything."""
