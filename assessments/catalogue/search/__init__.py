"""Search over the catalogue: references in any spelling, words by rank, words with slips of the finger."""
