"""The guidance centre: takes bundles in, recounts reports, writes receipts. An optional extra of the package."""
