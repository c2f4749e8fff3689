"""Claims about superposed students, one a file."""
