"""Laws in plain arithmetic, one function an equation of the derivations, by subject."""
