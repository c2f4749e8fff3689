"""What explains a measured loss curve: candidates, how far each is from it, and what is open."""
