"""Validation: simulated training, exponent fits, claims with verdicts, and reports."""
