"""The geometry of matrices of several widths, and reports of geometry."""
