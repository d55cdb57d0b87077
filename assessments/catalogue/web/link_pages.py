"""The page of links behind a comparison, made once per process and content."""

from __future__ import annotations

from assessments.catalogue import selectors
from assessments.catalogue.comparison.names import told_apart
from assessments.catalogue.crosswalk_selectors import Between, between, links_of
from assessments.catalogue.editions import edition
from assessments.catalogue.selectors import Current
from assessments.catalogue.web import cards, contents
from assessments.catalogue.web.links import GROUPS_PER_PAGE, Named, description, link_list
from assessments.catalogue.web.pages import WebPage, kept, render


def links_page(a: Current, b: Current, *, number: str) -> WebPage | None:
    """One page of the links between two standards in canonical order, None where there is no crosswalk.

    `number` is what was asked for; what is no page of it is the first one, or the last.
    """
    found = between(a.slug, b.slug)
    if found is None:
        return None
    crossing = found.crossing
    last = -(-(crossing.counted + crossing.suggested) // GROUPS_PER_PAGE)
    page = max(1, min(int(number), last)) if number.isdecimal() else 1
    return kept("links", (), a.id, b.id, *found.key, page, make=lambda: _make(a, b, found=found, page=page))


def _make(a: Current, b: Current, *, found: Between, page: int) -> WebPage:
    language = a.language(None)
    links, crossing = links_of(found), found.crossing
    profiles = told_apart(
        *(selectors.published_standard(side.id, language=side.language(language)).profile for side in (a, b))
    )
    first, second = (
        Named(profile=profile, edition=edition(side.id) if side.is_assessable else None, titles=titles)
        for side, profile, titles in zip((a, b), profiles, (links.source_titles, links.target_titles), strict=True)
    )
    listed = link_list(links, a=first, b=second, language=language)
    pair = cards.pair_address(a.slug, b.slug)
    context = {
        "a": first.profile,
        "b": second.profile,
        "pair": pair,
        "crossing": crossing,
        "rows": listed.pages[page - 1],
        "page": page,
        "count": len(listed.pages),
        "sides": listed.sides if page == 1 else (),
        "description": contents.shortened(description(crossing, a=first.profile.name, b=second.profile.name)),
    }
    return render("catalogue/links.html", context, path=f"{pair}links/", language=language)
