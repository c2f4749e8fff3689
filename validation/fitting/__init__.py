"""What is read off a loss curve."""
