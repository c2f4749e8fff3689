"""Figures: plain data in, matplotlib out."""
