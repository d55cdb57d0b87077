"""What leaves Plumbline in other people's formats, and what comes back: OSCAL, XLSX and CSV.

Pure: plain values in, documents out; no database, no clock. Selectors feed the builders
(`assessments.selectors.exporting`). Formats and names are told in `PROPERTIES.md`.
"""
