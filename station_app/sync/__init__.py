"""Bundles, what waits to be sent, taking in, and the carriers they travel by."""
