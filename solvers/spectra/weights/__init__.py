"""Matrices in files: mapped, never read whole; nothing in a file is executed."""
