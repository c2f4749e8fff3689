"""Claims about the geometry of matrices, one a file."""

ORDER = "G"
"""Derivations in the order in which the report tells them."""
