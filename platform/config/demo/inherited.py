"""A second site is assessed on the same standard: what the first one answered is offered, and some of it confirmed."""

from __future__ import annotations

from typing import Any

from config.demo.client import Browser

CONFIRMED = 5


def second_site(admin: Browser, assessor: Browser, *, organisation: str, standard: str, say: Any) -> dict[str, Any]:
    """Start, look at what is offered, confirm the first few with their evidence, put one away. Figures for the end."""
    base = f"/api/v1/organisations/{organisation}/assessments/"
    made = admin.post(base, {"standard": standard, "name": "Second site"}, Idempotency_Key="demo-second-site")
    path = f"{base}{made['id']}"
    offers = assessor.everything(f"{path}/inherited/?carries=full")
    before = assessor.get(f"{path}/scores/")["root"]
    named = [{"ref": offer["ref"], "version": offer["version"]} for offer in offers[:CONFIRMED]]
    done = assessor.post(f"{path}/inherited/confirm/", {"answers": named, "with_evidence": True})
    assessor.post(f"{path}/inherited/dismiss/", {"refs": [offers[CONFIRMED]["ref"]]})
    after = assessor.get(f"{path}/scores/")["root"]
    say(
        f"second site, {made['standard']['number']}: {made['inherited']['full']} answers of the first are offered, "
        f"{len(done['confirmed'])} confirmed with {done['evidence']} evidence links"
    )
    return {
        "assessment": made["id"],
        "offered": made["inherited"],
        "answered_before": before["answered"],
        "confirmed": len(done["confirmed"]),
        "answered": after["answered"],
        "evidence": done["evidence"],
    }
