"""Machines that live through whole histories of several computers and a centre, and say what went wrong."""
