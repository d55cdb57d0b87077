"""From files of others to a draft of a standard, or to a crosswalk. Pure: no Django, no clock, no network.

`importer.import_files` is the door: it recognises what the files hold by their content, reads them, and answers with an
`Imported`: what was found, and a report in which every finding has its file and place. A fault refuses the import as a
whole; a warning says what was read otherwise than it stands there; a note says what was left out or chosen.

documents       bytes to values that know their place: JSON, YAML, XML; tables: XLSX, CSV
oscal           catalogues, profiles with what they import, mapping collections; 1.0.0-rc1 to 1.2.2 and before
ciso_assistant  libraries: frameworks and mapping sets, as YAML or as workbook
tabular         any other table, with a column mapping: requirements, or links between two standards
"""
