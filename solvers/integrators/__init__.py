"""Integrators of any dy_i/dt = f(y_i, θ_i, m)."""
