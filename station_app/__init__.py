"""station_app: the daily work of a township social-work station, offline, encrypted, verifiable."""

__version__ = "0.1.0"
