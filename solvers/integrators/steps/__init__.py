"""Compiled steps, one method a file, and the loop that takes them."""
