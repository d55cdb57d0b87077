"""Words for sample snapshots: notes, reviews and evidence as people write them."""

_NOTES = """
Procedure SOP-014 covers all three product families. We sampled twelve records from the second quarter: ten are
complete, two lack the date of approval. Training on the new form was held in March.

Works well in the implant line, where the process owner keeps the list himself. The instrument line follows an older
form; moving it over is planned with the next release of the document system.

Criteria, limits and reactions are written down per process and looked at monthly. Two of nine figures were out of
limits for more than a quarter before anyone acted.

Done case by case. The responsible engineer knows what to do, but nothing is written down, and during her leave in
spring the task was not taken over by anyone.

All records of the sample were found within five minutes, signed and legible. Retention follows the lifetime of the
device plus two years.

The suppliers of sterilisation and of the electronic module have quality agreements; three smaller suppliers work on
purchase orders alone. Re-evaluation is due once a year and was last done on time for 14 of 17.

Software used in production was validated before first use. Updates since then were judged case by case; for the label
printing system the judgement is not on file.

Reviewed in the management review of February with inputs complete and decisions minuted. Two of the five decisions
were still open at the time of this assessment.

We hold that the practice meets the clause in full. Trend figures exist since last year and have led to one change of
limits.

The plan names stages, reviews and the people responsible. Changes after design freeze are assessed for risk, but the
effect on devices already in the field is only looked at for major changes.
"""
NOTES = tuple(" ".join(note.split()) for note in _NOTES.split("\n\n"))

REVIEW_NOTES = (
    "Confirmed on site; the sample held.",
    "Seen in the document system and on the floor.",
    "The figures support the level, though the series is short.",
    "",
)

CHANGE_NOTES = (
    "The evidence shows the procedure, not that it is followed. Please add records of the last two quarters.",
    "Level 4 needs figures with limits and reactions; what is linked is a list without limits. Level 3 can be shown.",
)

REASONS = (
    "No devices are supplied sterile; all are reprocessed by the hospital under its own responsibility.",
    "The company makes no implantable devices and has none in development.",
    "Devices are put into use by the user without installation.",
)

PEOPLE = ("Marta Lindqvist", "Daniel Okafor", "Ines Carvalho", "Tomasz Wieczorek")
REVIEWER = "Rita Novák"

# number, title, file name, media type, size in bytes, valid until
FILES = (
    ("Quality manual", "Quality-Manual_rev12.pdf", "application/pdf", 1_842_113, None),
    ("Document control procedure", "SOP-002 Document control.docx",
     "application/vnd.openxmlformats-officedocument.wordprocessingml.document", 184_220, "2027-06-30"),
    ("Internal audit report, spring 2026", "audit-report-2026-1.pdf", "application/pdf", 921_004, None),
    ("Supplier evaluation 2026", "supplier-evaluation-2026.xlsx",
     "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", 96_512, "2027-03-31"),
    ("Calibration register", "calibration-register.xlsx",
     "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", 61_003, "2026-12-31"),
    ("Management review minutes, February 2026", "MR-minutes-2026-02.pdf", "application/pdf", 402_771, None),
    ("Training matrix", "training-matrix.xlsx",
     "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", 44_190, "2026-09-30"),
    ("Cleanroom monitoring, photo of the display", "cleanroom-display.png", "image/png", 2_310_778, None),
    ("Complaint log 2026", "complaint-log-2026.xlsx",
     "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", 133_870, "2027-01-31"),
    ("Process validation report, heat sealing", "PV-031 heat sealing.pdf", "application/pdf", 3_204_500, "2028-05-31"),
    ("Risk management file, infusion pump", "RMF-IP2 v7.pdf", "application/pdf", 5_120_338, None),
    ("CAPA overview", "capa-overview-Q3.pdf", "application/pdf", 240_118, None),
)  # fmt: skip

ACTIONS = (
    ("Write and train the change procedure for devices in the field", "Marta Lindqvist", "2027-02-26", "medium", 1),
    ("Close the two open quality agreements", "Daniel Okafor", "2026-12-18", "small", 1),
    ("Set limits and reactions for the nine process figures", "Ines Carvalho", "2027-04-30", "large", 2),
    ("Re-assess the label printing system after its last update", "Tomasz Wieczorek", "2026-11-06", "small", 1),
    ("Move the instrument line to the current form", None, None, "medium", 1),
    ("Extend complaint trending to the second product family", "Ines Carvalho", "2027-06-30", "medium", 1),
    ("Name a deputy for contamination control", "Marta Lindqvist", "2027-01-15", "small", 1),
)
