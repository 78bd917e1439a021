"""Pages generated from a kind's declaration: list, form, history."""
