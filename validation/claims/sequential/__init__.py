"""Claims about the sequential regime, one a file."""

ORDER = "SNMT"
"""Derivations in the order in which the report tells them."""
