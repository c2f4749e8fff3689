"""Solvers: feature classes, mean-field equations and the integrators that solve them."""
