"""Simulated training: population flows, SGD and Adam, seed by seed."""
