"""What goes on paper: the PDF grid, fonts, QR codes, blank forms and sheets."""
