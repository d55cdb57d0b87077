"""Tables: CSV and workbooks, whose columns are proposed from their headings and may be told otherwise."""
