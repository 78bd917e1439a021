"""The encrypted store: vault, journal, fold, the one door for changes, reading, search, migrations."""
