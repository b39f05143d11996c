"""What each command means: preconditions first, then one advance of one case, then one entry in the record."""
