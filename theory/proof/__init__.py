"""What a derivation is made of and how its steps are checked by machine."""
