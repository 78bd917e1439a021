"""What a kind, a field, a meaning, a choice and a merge rule are; the registry and its start-up checks."""
