"""Closures for superposed students, each with its measured accuracy."""
