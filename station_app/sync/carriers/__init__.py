"""How a bundle travels: a USB folder, or HTTP."""
