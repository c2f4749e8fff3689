"""Work and precision against other packages: `make bench` measures and writes the page."""
