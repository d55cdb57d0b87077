"""Evidence files: what may come in (`kinds`), and where the bytes are kept (`blobs`). Knows no tables."""
