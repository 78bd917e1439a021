"""Rules across kinds, due lists, conversations."""
