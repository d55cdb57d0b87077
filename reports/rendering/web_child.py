"""The renderer's own process for a page: `… reports.rendering.web_child <language> <descriptor> <readable paths>`.

Reads {"page": HTML, "stylesheets": [CSS], "identifier": text} from standard input and answers as
`reports.rendering.child` does. Nothing is loaded from anywhere.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys

from assessments.jail.inside import close_the_doors
from reports.rendering.child import LIMITS


def render(*, target: int) -> dict[str, object]:
    from weasyprint import CSS, HTML

    from reports.rendering.fetching import DenyingFetcher
    from reports.rendering.pdf import VARIANT

    given = json.load(sys.stdin.buffer)
    fetcher = DenyingFetcher()
    stylesheets = [CSS(string=text, url_fetcher=fetcher) for text in given["stylesheets"]]
    page = HTML(string=given["page"], url_fetcher=fetcher)
    document = page.render(stylesheets=stylesheets, pdf_variant=VARIANT)
    data = document.write_pdf(pdf_variant=VARIANT, pdf_identifier=str(given["identifier"]).encode("ascii", "replace"))
    if fetcher.denied:
        return {"refused": f"the page tried to load {len(fetcher.denied)} resources"}
    with os.fdopen(target, "wb") as file:
        file.write(data)
    return {"pages": len(document.pages), "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}


if __name__ == "__main__":
    close_the_doors(LIMITS, readable=sys.argv[3].split(os.pathsep))
    print(json.dumps(render(target=int(sys.argv[2]))))  # noqa: T201 - the answer to the parent
