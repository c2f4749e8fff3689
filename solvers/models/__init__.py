"""Models: the equations of each subject, their kernels and their closed forms."""
