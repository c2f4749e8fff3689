"""Sweeps: many independent points, computed on any executor, kept by content and read back."""
