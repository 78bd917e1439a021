"""The month report: indicators, the month's numbers at a position, explain, drawing."""
