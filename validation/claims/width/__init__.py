"""Claims about loss against width, one a file."""

ORDER = "HG"
"""Derivations in the order in which the report tells them."""
