"""Bytes to values that know where they stand, within limits of size and depth. Pure."""
