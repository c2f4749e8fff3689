"""The claims, one a file; each has `run(seed, size)` and returns a `ClaimResult`."""
