"""Standards in the making: what a draft says, its rules, and its way into the catalogue's tables."""
