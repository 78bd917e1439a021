"""Hand-made screens: unlock, month report, hand in."""
