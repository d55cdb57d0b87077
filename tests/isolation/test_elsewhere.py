"""Words of one organisation where nobody asks for them by address: log lines, cache keys, documents and mails."""

from __future__ import annotations

import logging
from pathlib import Path

import orjson
import pytest
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from pypdf import PdfReader

from assessments.models import Assessment
from assessments.services.snapshot import fresh_snapshot
from reports.brief import write_brief
from reports.contents import build_contents
from reports.mail import Letter, write_mail
from reports.rendering.process import rendered
from tenants.scope import tenant_scope
from tests.isolation import sweep
from tests.isolation.world import ACTORS, World


def _foreign(world: World) -> list[str]:
    return [world.b.canary, world.c.canary]


def test_no_log_line_of_one_organisations_work_names_another(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """What each actor reads at Alfa's addresses, and what is refused when Alfa's ids are not there."""
    with caplog.at_level(logging.DEBUG):
        read = sum(1 for _ in sweep.readings(world, ACTORS))
    assert read > 100
    told = [
        record.getMessage() for record in caplog.records if any(word in str(vars(record)) for word in _foreign(world))
    ]
    assert told == []


def test_no_key_of_the_cache_holds_a_word_of_any_organisation(world: World) -> None:
    """Keys stand in monitors and dumps; what they are made of is ids and hashes."""
    for _ in sweep.readings(world, ACTORS):
        pass
    keys = [key.decode() for key in cache._cache.get_client().scan_iter("*")]
    assert keys, "nothing was kept at all"
    assert [key for key in keys if any(tenant.canary in key for tenant in world.tenants.values())] == []


def test_a_report_and_its_mail_hold_the_words_of_their_own_organisation_alone(world: World) -> None:
    """Frozen, rendered and written for real; undone afterwards."""
    with transaction.atomic(), tenant_scope(world.a.pk):
        snapshot = fresh_snapshot(assessment=world.a.of(Assessment), reason="report", access=None)
        document = snapshot.contents
        transaction.set_rollback(True)
    with rendered(orjson.dumps(document), language="en") as file:
        pages = "\n".join(page.extract_text() for page in PdfReader(Path(file.path)).pages).lower()
    now = timezone.now()
    mail = write_mail(
        Letter(
            brief=write_brief(build_contents(document)),
            recipient="board@example.org",
            message_id="<made@example.org>",
            link="https://example.org/r",
            language="en",
            schedule="Monthly",
            taken_at=now,
            link_until=now,
        )
    )
    for what, text in (("report", pages), ("mail", mail.message().as_string().lower())):
        assert world.a.canary in text, what
        assert [word for word in _foreign(world) if word in text] == [], what
