"""Claims about the sequential regime, one a file."""
