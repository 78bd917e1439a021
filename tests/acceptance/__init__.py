"""Ledgers made by us alone, with outcomes known from DOMAIN §5: the importer is never asked what is right."""
