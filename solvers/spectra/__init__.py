"""Matrices: frame operators, spectral measures, overlaps, and blocks that form schemes."""
