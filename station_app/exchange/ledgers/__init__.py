"""The ledgers people keep: what their columns mean, the rules across their cells and rows, the records they make."""
