"""A closure that keeps two times: answers, kicks and covariances (R30 to R40, R47 to R53).

`closure` solves it: `march` goes through the times of a grid, over rows that `sampling` draws.
The other files state its parts one by one, at given gates, forces and overlaps; each is compared
with flows (docs/accuracy_reasons.md). What depends on two times is a matrix [time, earlier time] on
t_1 … t_n, from rest at t = 0: lower triangular where it is causal, so that a product of matrices is
an integral over time, and an inverse undoes it.
"""
