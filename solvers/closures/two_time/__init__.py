"""Parts of a closure that keeps two times (R30 to R39, R47 to R49): answers, kicks and covariances.

Each part is compared with flows (docs/accuracy_reasons.md); no solver closes them yet: gates,
forces and overlaps are given. What depends on two times is a matrix [time, earlier time] on
t_1 … t_n, from rest at t = 0: lower triangular where it is causal, so that a product of matrices is
an integral over time, and an inverse undoes it.
"""
