"""OSCAL: catalogues, profiles resolved from the files at hand, mapping collections.

Written against the models of github.com/usnistgov/OSCAL, release 1.2.2, and the names that 1.0.0-rc1, rc2 and the
milestones before used: maps instead of lists, `parameters`, `properties`, `annotations`, `include.calls`, `name-ref`.
"""
