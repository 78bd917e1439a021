"""Ledgers in and out: workbooks read in a limited child process, mapped, judged, written; nothing here writes a row."""
