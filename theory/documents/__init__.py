"""Derivations as documents: blocks, and the formats that write them."""
