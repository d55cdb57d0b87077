"""A renderer with nothing but its walls: it draws raw HTML and fetches whatever that asks for. Runs inside a cell.

`… open_renderer <readable paths>`: pages by their label as JSON on standard input; on standard output for each the PDF
in base64, or the fault that ended it.
"""

from __future__ import annotations

import base64
import json
import os
import sys

from weasyprint import HTML
from weasyprint.urls import URLFetcher

from assessments.jail.inside import close_the_doors
from reports.rendering.child import LIMITS

if __name__ == "__main__":
    if sys.argv[1]:
        close_the_doors(LIMITS, readable=sys.argv[1].split(os.pathsep))
    drawn = {}
    for label, page in json.load(sys.stdin).items():
        try:
            made = HTML(string=page, url_fetcher=URLFetcher(timeout=2)).write_pdf()
            drawn[label] = {"pdf": base64.b64encode(made).decode()}
        except Exception as fault:  # noqa: BLE001 - a page that needs what the walls refuse is none
            drawn[label] = {"fault": repr(fault)}
    json.dump(drawn, sys.stdout)
