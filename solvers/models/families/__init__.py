"""Mean-field families: one a file, its compiled equations and the problem they make."""
