"""Claims about students whose embedding is trained, one a file."""

ORDER = "U"
"""Derivations in the order in which the report tells them."""
