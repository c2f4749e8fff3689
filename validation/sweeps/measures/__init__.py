"""What sweeps measure by name: a table, and a file for each kind of measure."""
