"""Extra panels beside a form."""
