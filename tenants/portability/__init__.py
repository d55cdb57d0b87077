"""Moving a whole organisation: what travels, as what, into which file, and back out of it."""
