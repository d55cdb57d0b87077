"""The story: who does what, in which order. `run` is called with services that are up."""

from __future__ import annotations

import sys
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from config.demo.client import Browser
from config.demo.inherited import second_site
from config.demo.isolation import try_everything
from config.demo.mailbox import Mailbox
from config.demo.people import Town
from config.demo.round import Round, keep_report, make_report, story
from config.demo.summary import print_comparison, print_summary
from config.processes import Services


@dataclass
class Cast:
    """The people of the first organisation, and the town they live in."""

    town: Town
    owner: Browser
    admin: Browser
    first: Browser
    second: Browser
    leader: Browser
    reviewer: Browser


A, B = "meridian-devices", "nordlicht-foods"
LEADER_ZONE = "America/New_York"
FIRST, SECOND = "iso-13485-2016", "iso-56002-2019"


def run(services: Services, *, once: bool) -> int:
    """Play the story against `services`; returns the exit code. The last line printed is one JSON object."""
    began = time.monotonic()
    say = _speaker(began)
    town = Town(services.base_url, mailbox=Mailbox(services.mail_dir))
    try:
        facts = _play(town, folder=services.data_dir / "reports", say=say)
    finally:
        town.close()
    facts["seconds"] = round(time.monotonic() - began, 1)
    facts["requests"] = town.journal.requests
    print_summary(facts, base_url=services.base_url, folder=services.data_dir)
    print(orjson.dumps(facts).decode(), flush=True)
    if not once:
        say(f"serving at {services.base_url}/api/v1/docs/ until Ctrl-C")
        threading.Event().wait()
    return 1 if facts["isolation"]["leaked"] else 0


def _play(town: Town, *, folder: Path, say: Any) -> dict[str, Any]:
    cast = _found_first_organisation(town, say=say)
    owner, leader = cast.owner, cast.leader
    rounds = [_assess(cast, slug=slug, say=say) for slug in (FIRST, SECOND)]
    inherited = second_site(cast.admin, cast.first, organisation=A, standard=FIRST, say=say)
    due = _schedule(cast.admin, leader=leader, assessment=rounds[0].assessment["id"])
    say(f"a weekly schedule comes due at {due:%H:%M:%S} ({LEADER_ZONE})")
    reports = []
    for done in rounds:
        say(f"report of {done.assessment['standard']['number']}: asked for, the worker renders it")
        reports.append(make_report(owner, organisation=A, assessment=done.assessment["id"], folder=folder))
    stranger, second = _second_organisation(town, say=say)
    letter = town.mailbox.wait_for(leader.email, subject="ISO 13485", seconds=90)
    link = letter.link(r"https?://\S+/report-links/\S+")[0]
    mailed = leader.get(f"/api/v1/organisations/{A}/reports/?assessment={rounds[0].assessment['id']}")["results"][0]
    reports.append(keep_report(leader, report=mailed, url=link, folder=folder / "weekly"))
    say(f"the weekly mail reached {leader.email} and its link opened the report")
    for path in ("", "members/", "evidence/", "reports/", "schedules/", "audit-events/", "invitations/"):
        owner.everything(f"/api/v1/organisations/{A}/{path}") if path else owner.get(f"/api/v1/organisations/{A}/")
    finding = try_everything(stranger, victim=A, own=B, paths=sorted(town.journal.read))
    say(f"the stranger next door tried {finding.tried} addresses and got through {len(finding.leaked)}")
    comparison = owner.get(f"/api/v1/comparisons/{FIRST}/{SECOND}/")
    print_comparison(comparison)
    return {
        "organisations": [
            {
                "slug": A,
                "name": "Meridian Devices",
                "members": len(owner.everything(f"/api/v1/organisations/{A}/members/")),
            },
            {
                "slug": B,
                "name": "Nordlicht Foods",
                "members": len(stranger.everything(f"/api/v1/organisations/{B}/members/")),
            },
        ],
        "assessments": [_row(owner, A, done) for done in rounds] + [_row(stranger, B, second)],
        "inherited": inherited,
        "reports": reports,
        "mails": [
            {"path": str(mail.path), "to": mail.recipient, "subject": mail.subject} for mail in town.mailbox.letters()
        ],
        "weekly_mail": {"path": str(letter.path), "text": letter.text},
        "isolation": finding.as_row(),
        "comparison": {"verdict": comparison["verdict"], "differences": len(comparison["differences"])},
    }


def _found_first_organisation(town: Town, *, say: Any) -> Cast:
    owner = town.newcomer("Olivia Hart", email="olivia.hart@meridian.example")
    owner.post(
        "/api/v1/organisations/",
        {"slug": A, "name": "Meridian Devices", "sector": "medical-devices"},
        Idempotency_Key="demo-first-organisation",
    )
    say("Olivia Hart founded Meridian Devices and invites five people")
    guests = {
        "admin": ("Adam Okafor", "adam.okafor@meridian.example", "admin", "Europe/Berlin"),
        "first": ("Birgit Lang", "birgit.lang@meridian.example", "assessor", "Europe/Berlin"),
        "second": ("Chidi Eze", "chidi.eze@meridian.example", "assessor", "Europe/Berlin"),
        "leader": ("Laura Chen", "laura.chen@meridian.example", "viewer", LEADER_ZONE),
    }
    for _, email, role, _ in guests.values():
        owner.post(f"/api/v1/organisations/{A}/invitations/", {"email": email, "role": role})
    joined = {
        part: town.invited(name, email=email, slug=A, time_zone=zone) for part, (name, email, _, zone) in guests.items()
    }
    say(", ".join(name for name, *_ in guests.values()) + " joined")
    reviewer = town.visitor("Ruth Meyer", email="ruth@meyer-audit.example")
    return Cast(town=town, owner=owner, reviewer=reviewer, **joined)


def _assess(cast: Cast, *, slug: str, say: Any) -> Round:
    owner, admin, first, second = cast.owner, cast.admin, cast.first, cast.second
    told = story(f"{A}-{slug}")
    base = f"/api/v1/organisations/{A}/assessments/"
    made = admin.post(base, {"standard": slug, **told["assessment"]}, Idempotency_Key=f"demo-{slug}")
    work = Round(A, made, told["answers"], say)
    work.move(admin, "begin")
    members = {row["email"]: row["id"] for row in owner.everything(f"/api/v1/organisations/{A}/members/")}
    work.assign(
        admin,
        {members[first.email]: told["shares"]["first"], members[second.email]: told["shares"]["second"]},
    )
    mine = tuple(f"{clause}." for clause in told["shares"]["second"])
    work.answer([(first, lambda ref: not ref.startswith(mine)), (second, lambda ref: ref.startswith(mine))])
    links = work.show_evidence(first, told["evidence"])
    say(f"{made['standard']['number']}: {len(told['answers'])} requirements answered by two, {links} evidence links")
    work.move(first, "submit")
    _let_in_reviewer(cast, work=work)
    sent_back = work.review(cast.reviewer, told["reviews"])
    work.answer_again(first, {ref: told["second_answers"][ref] for ref in sent_back if not ref.startswith(mine)})
    work.answer_again(second, {ref: told["second_answers"][ref] for ref in sent_back if ref.startswith(mine)})
    work.review(cast.reviewer, {})
    say(f"{made['standard']['number']}: Ruth Meyer asked for {len(sent_back)} changes, then validated")
    planned = work.plan(first, owners=[members[person.email] for person in (first, second, admin)])
    say(f"{made['standard']['number']}: {planned} improvements planned; Adam Okafor approves")
    work.move(admin, "approve")
    work.summary(owner)
    return work


def _let_in_reviewer(cast: Cast, *, work: Round) -> None:
    """The outside reviewer is invited to this one assessment; the first invitation makes her sign up."""
    town, reviewer = cast.town, cast.reviewer
    until = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    seen = frozenset(letter.path for letter in town.mailbox.letters())
    cast.admin.post(f"{work.path}/outside-reviewers/", {"email": reviewer.email, "access_until": until})
    token = town.mailbox.wait_for(reviewer.email, subject="invit", unlike=seen).link(rf"/invitations/{A}/([^/\s]+)/")[1]
    if not reviewer.signed_in:
        town.register(reviewer)
    reviewer.post(f"/api/v1/organisations/{A}/invitations/accept/", {"token": token})


def _schedule(admin: Browser, *, leader: Browser, assessment: str) -> datetime:
    """A weekly schedule on the leader's clock, a few seconds from now."""
    due = datetime.now(ZoneInfo(LEADER_ZONE)).replace(microsecond=0) + timedelta(seconds=6)
    admin.post(
        f"/api/v1/organisations/{A}/schedules/",
        {
            "name": "Monday brief for the board",
            "assessment": assessment,
            "cadence": "weekly",
            "weekday": due.weekday(),
            "time": due.time().isoformat(),
            "time_zone": LEADER_ZONE,
            "recipients": [leader.email],
        },
    )
    return due


def _second_organisation(town: Town, *, say: Any) -> tuple[Browser, Round]:
    owner = town.newcomer("Nils Berg", email="nils.berg@nordlicht.example")
    owner.post("/api/v1/organisations/", {"slug": B, "name": "Nordlicht Foods", "sector": "food"})
    owner.post(f"/api/v1/organisations/{B}/invitations/", {"email": "eva.lund@nordlicht.example", "role": "assessor"})
    assessor = town.invited("Eva Lund", email="eva.lund@nordlicht.example", slug=B)
    told = story(f"{B}-{SECOND}")
    made = owner.post(f"/api/v1/organisations/{B}/assessments/", {"standard": SECOND, **told["assessment"]})
    work = Round(B, made, told["answers"], say)
    work.move(owner, "begin")
    work.answer([(assessor, lambda _: True)])
    work.show_evidence(assessor, told["evidence"])
    work.summary(owner)
    say(f"Nordlicht Foods answered {len(told['answers'])} requirements of {made['standard']['number']}")
    return owner, work


def _row(reader: Browser, organisation: str, done: Round) -> dict[str, Any]:
    row = done.summary(reader)
    return {
        "organisation": organisation,
        "id": row["id"],
        "standard": row["standard"]["number"],
        "state": row["state"],
        "scores": {name: row["scores"][name] for name in ("asserted", "evidenced", "validated", "target")},
        "coverage": row["scores"]["coverage"],
        "answered": row["scores"]["answered"],
        "applicable": row["scores"]["applicable"],
        "total": row["scores"]["total"],
    }


def _speaker(began: float) -> Any:
    def say(text: str) -> None:
        print(f"[{time.monotonic() - began:5.1f} s] {text}", file=sys.stderr, flush=True)

    return say
