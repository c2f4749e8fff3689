"""Compiled kernels of simulated training."""
