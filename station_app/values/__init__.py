"""Pure values: what people write in forms and ledgers, read without guessing and shown in their words."""
