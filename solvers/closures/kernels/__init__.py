"""Compiled kernels of the closures."""
