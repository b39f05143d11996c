"""Values and rules of the house: commands, events, errors, lifecycles. Standard library only."""
