"""Claims about superposed students, one a file."""

ORDER = "XLR"
"""Derivations in the order in which the report tells them."""
