"""The window: screens that show records and ask the core to change them; they never touch the database."""
