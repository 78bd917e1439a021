"""Bundles out, bundles and receipts in, and the carriers between: the USB folder now, HTTP later."""
