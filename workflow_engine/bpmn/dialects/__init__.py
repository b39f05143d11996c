"""How each modelling tool writes what the standard leaves open."""
