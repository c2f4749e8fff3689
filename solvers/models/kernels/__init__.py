"""Compiled recursions of models that are no mean-field families."""
