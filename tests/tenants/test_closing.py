"""Leaving for good: asked for by retyping, thirty days to take it back, then nothing is left but a certificate."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.files.storage import default_storage
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.utils import timezone
from psycopg import Connection, sql

from tenants import trail_proof
from tenants.models import AuditHead, DeletionCertificate, Job, Organisation, Wakeup
from tenants.scope import tenant_scope
from tenants.services import closing, erasure
from tenants.signing import public_keys
from tenants.tasks import closing_goes_on
from tests.cast import House, InScope, run_jobs
from tests.isolation.database import digest
from tests.isolation.world import Tenant, build_tenant

CLOSING = "/closing/"
_PROBLEM = "urn:plumbline:problem:"


@pytest.fixture(autouse=True)
def _storage(settings: Any, tmp_path: Path, published: list[Any]) -> None:
    files = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(tmp_path / "files"), "base_url": None},
    }
    settings.STORAGES = {**settings.STORAGES, "default": files}


def _ask(house: House) -> None:
    answer = house.as_("alice").post(f"{house.path}{CLOSING}", {"slug": house.organisation.slug})
    assert answer.status_code == 201, answer.content


@pytest.fixture
def days_pass(owner_connection: Connection[Any]) -> Callable[[int], None]:
    """As if a deletion had been asked for so many days earlier: only the owner of the tables can say that."""

    def put_back(days: int) -> None:
        owner_connection.execute(
            "UPDATE tenants_organisation SET closing_at = closing_at - make_interval(days => %s)"
            " WHERE closing_at IS NOT NULL",
            [days],
        )

    return put_back


@pytest.mark.django_db
def test_the_slug_is_typed_again_and_the_owners_are_told(aria: House, in_scope: InScope):
    alice = aria.as_("alice")
    for body in ({"slug": "nextdoor"}, {"slug": "ARIA"}, {}, {"slug": "aria", "now": True}):
        assert alice.post(f"{aria.path}{CLOSING}", body).status_code == 400
    assert alice.get(f"{aria.path}{CLOSING}").json() == {"closing_at": None, "deleted_after": None}
    _ask(aria)
    told = aria.as_("carol").get(f"{aria.path}{CLOSING}").json()
    assert told["closing_at"][:10] == timezone.now().isoformat()[:10]
    run_jobs(aria)
    [message] = mail.outbox
    assert (message.to, message.subject) == (["alice@example.org"], "Aria Devices will be deleted")
    again = alice.post(f"{aria.path}{CLOSING}", {"slug": "aria"})
    assert (again.status_code, again.json()["type"]) == (409, f"{_PROBLEM}organisation-closing")
    [event] = alice.get(f"{aria.path}/audit-events/?event=organisation.closing_requested").json()["results"]
    assert event["before"] == {"closing_at": None}


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["adam", "bob", "carol"])
def test_only_an_owner_asks_and_takes_back(aria: House, name: str):
    assert aria.as_(name).post(f"{aria.path}{CLOSING}", {"slug": "aria"}).status_code == 403
    assert aria.as_(name).delete(f"{aria.path}{CLOSING}").status_code == 403


@pytest.mark.django_db
def test_meanwhile_everything_is_read_and_nothing_changed(aria: House):
    _ask(aria)
    alice, bob = aria.as_("alice"), aria.as_("bob")
    assert bob.get(f"{aria.path}/assessments/").status_code == 200
    assert alice.get(f"{aria.path}/audit-events/").status_code == 200
    for answer in (
        alice.post(f"{aria.path}/assessments/", {"standard": "iso-56002-2019", "name": "New"}),
        alice.patch(f"{aria.path}/", {"name": "Other"}, If_Match='"1"'),
        alice.post(f"{aria.path}/invitations/", {"email": "new@example.org", "role": "viewer"}),
        bob.delete(f"{aria.path}/members/{aria.people['bob'].pk}/", If_Match='"1"'),
    ):
        assert (answer.status_code, answer.json()["type"]) == (409, f"{_PROBLEM}organisation-closing")
        assert answer.json()["deleted_after"]
    assert alice.post(f"{aria.path}/exports/").status_code == 202, "leaving with one's data stays possible"


@pytest.mark.django_db
def test_outsiders_are_let_in_no_more(tmp_path: Path):
    alfa = build_tenant("alfa", folder=tmp_path)
    Organisation.objects.filter(pk=alfa.pk).update(closing_at=timezone.now())
    from tests.isolation.world import clients_of

    clients = clients_of(alfa)
    path = f"/api/v1/organisations/{alfa.organisation.slug}"
    assessment = f"{path}/assessments/{alfa.arguments['assessment_id']}/"
    assert clients["viewer"].get(assessment).status_code == 200
    assert clients["granted"].get(assessment).status_code == 404
    assert Client().get(f"{path}/report-links/{alfa.arguments['token']}/").status_code == 410
    page = Client().get(f"/invitations/{alfa.organisation.slug}/{alfa.arguments['invitation_token']}/")
    assert page.status_code == 410


@pytest.mark.django_db
def test_an_owner_takes_it_back_and_all_is_as_before(aria: House, in_scope: InScope):
    _ask(aria)
    alice = aria.as_("alice")
    assert Wakeup.objects.filter(task=closing.RING).count() == 1
    assert alice.delete(f"{aria.path}{CLOSING}").status_code == 204
    assert Wakeup.objects.filter(task=closing.RING).count() == 0
    assert alice.post(f"{aria.path}/invitations/", {"email": "new@example.org", "role": "viewer"}).status_code == 201
    again = alice.delete(f"{aria.path}{CLOSING}")
    assert (again.status_code, again.json()["type"]) == (409, f"{_PROBLEM}organisation-open")
    events = alice.get(f"{aria.path}/audit-events/?object_type=organisation").json()["results"]
    assert events[0]["event"] == "organisation.closing_recalled"
    closing_goes_on(str(aria.organisation.pk), str(aria.organisation.pk))
    with in_scope(aria):
        assert not Job.objects.filter(kind=closing.ERASE).exists()


def test_a_week_before_the_end_the_owners_are_reminded_once(
    committed: None, aria: House, days_pass: Callable[[int], None]
):
    _ask(aria)
    organisation = str(aria.organisation.pk)
    for days, subjects in ((0, 1), (22, 1), (1, 2), (0, 2)):
        days_pass(days)
        closing_goes_on(organisation, organisation)
        run_jobs(aria)
        assert len(mail.outbox) == subjects, days
    assert mail.outbox[1].subject == "Aria Devices will be deleted in a week"
    assert Organisation.objects.filter(pk=aria.organisation.pk).exists()


def test_nobody_who_speaks_as_the_app_can_hurry_it(
    committed: None, aria: House, in_scope: InScope, days_pass: Callable[[int], None]
):
    """Neither by writing another moment, nor by calling what deletes, nor for a table alone."""
    _ask(aria)
    asked = Organisation.objects.get(pk=aria.organisation.pk).closing_at
    Organisation.objects.filter(pk=aria.organisation.pk).update(closing_at=timezone.now() - timedelta(days=40))
    assert Organisation.objects.get(pk=aria.organisation.pk).closing_at == asked
    made = Organisation.objects.create(
        slug="backdated", name="x", created_by=aria.people["alice"], closing_at=timezone.now() - timedelta(days=40)
    )
    made.refresh_from_db()
    assert made.closing_at is None
    for days in (0, 29):
        days_pass(days)
        with in_scope(aria), pytest.raises(ProgrammingError, match="not due"), transaction.atomic():
            connection.cursor().execute("SELECT * FROM tenants_erase(%s)", [aria.organisation.pk])
    with in_scope(aria):
        assert AuditHead.objects.get().seq > 0


def test_after_thirty_days_it_cannot_be_taken_back(committed: None, aria: House, days_pass: Callable[[int], None]):
    _ask(aria)
    days_pass(30)
    answer = aria.as_("alice").delete(f"{aria.path}{CLOSING}")
    assert (answer.status_code, answer.json()["type"]) == (409, f"{_PROBLEM}organisation-being-deleted")


def _close(tenant: Tenant, days_pass: Callable[[int], None]) -> House:
    house = House(tenant.organisation, tenant.people)
    with tenant_scope(tenant.pk):
        Organisation.objects.filter(pk=tenant.pk).update(closing_at=timezone.now())
        erasure_due = closing.RING
        from tenants.wakeups import wake_at

        wake_at(task=erasure_due, subject_id=tenant.pk, due_at=timezone.now())
    days_pass(31)
    closing_goes_on(str(tenant.pk), str(tenant.pk))
    return house


def _everywhere(owner: Connection[Any], word: str) -> list[str]:
    """Every column of the database that holds the word, read as the owner with the policies off."""
    rows = owner.execute(
        "SELECT c.table_name, c.column_name FROM information_schema.columns c"
        " JOIN pg_class p ON p.relname = c.table_name WHERE c.table_schema = 'public' AND p.relkind = 'r'"
    ).fetchall()
    found = []
    for table, column in rows:
        question = sql.SQL("SELECT count(*) FROM {} WHERE {}::text ILIKE %s").format(
            sql.Identifier(str(table)), sql.Identifier(str(column))
        )
        answer = owner.execute(question, [f"%{word}%"]).fetchone()
        if answer and answer[0]:
            found.append(f"{table}.{column}")
    return found


@pytest.mark.slow
def test_nothing_is_left_and_the_neighbours_are_untouched(
    committed: None, tmp_path: Path, days_pass: Callable[[int], None], owner_connection: Connection[Any], settings: Any
):
    from redis import Redis

    alfa, bravo = (build_tenant(name, folder=tmp_path) for name in ("alfa", "bravo"))
    with transaction.atomic():
        neighbour = digest(bravo.pk)
    files = sorted(path for path in (tmp_path / "files" / str(bravo.pk)).rglob("*") if path.is_file())
    assert (tmp_path / "files" / str(alfa.pk)).exists()
    valkey = Redis.from_url(settings.REDIS_URL)
    valkey.set(f"plumbline:something:{alfa.pk}:x", "1", ex=60)
    valkey.set(f"plumbline:something:{bravo.pk}:x", "1", ex=60)
    owner_connection.execute(
        "INSERT INTO django_admin_log (action_time, object_id, object_repr, action_flag, change_message, user_id)"
        " VALUES (now(), %s, %s, 2, '', %s)",
        [str(alfa.pk), alfa.canary, alfa.people["owner"].pk],
    )
    _no_policies(owner_connection, "DISABLE")
    assert len(_everywhere(owner_connection, str(alfa.pk))) > 20
    _no_policies(owner_connection, "ENABLE")
    house = _close(alfa, days_pass)
    with tenant_scope(alfa.pk):
        final = AuditHead.objects.get().seq + 1
    mail.outbox.clear()
    run_jobs(house)

    assert not Organisation.objects.filter(pk=alfa.pk).exists()
    assert not (tmp_path / "files" / str(alfa.pk)).exists()
    assert valkey.exists(f"plumbline:something:{alfa.pk}:x") == 0
    assert valkey.exists(f"plumbline:something:{bravo.pk}:x") == 1
    certificate = DeletionCertificate.objects.get(organisation_digest=erasure.digest_of(alfa.pk))
    _no_policies(owner_connection, "DISABLE")
    try:
        assert _everywhere(owner_connection, str(alfa.pk)) == []
        left = set(_everywhere(owner_connection, alfa.canary))
        assert len(_everywhere(owner_connection, str(bravo.pk))) > 20
    finally:
        _no_policies(owner_connection, "ENABLE")
    # People are their own: their accounts stay, and nothing else that names the organisation.
    assert left <= {
        "identity_person.email", "identity_person.name", "account_emailaddress.email", "django_session.session_data",
    }  # fmt: skip
    with transaction.atomic():
        assert digest(bravo.pk) == neighbour
    assert files == sorted(path for path in (tmp_path / "files" / str(bravo.pk)).rglob("*") if path.is_file())

    document = certificate.document
    assert trail_proof.signature_fault(document, keys=public_keys()) == ""
    assert document["audit"]["seq"] == final
    assert document["rows"]["tenants_auditevent"] == final
    assert (document["rows"]["tenants_organisation"], document["left_over"]) == (1, 0)
    assert document["files"] >= 3
    assert document["columns_searched"] > 200
    assert certificate.recipients == []
    for secret in (str(alfa.pk), alfa.canary, "@"):
        assert secret not in json.dumps(document)
    [message] = mail.outbox
    assert message.to == [alfa.people["owner"].email]
    assert json.loads(message.attachments[0][1]) == document


def _no_policies(owner: Connection[Any], word: str) -> None:
    question = "SELECT relname FROM pg_class WHERE relforcerowsecurity AND relnamespace = 'public'::regnamespace"
    for (table,) in owner.execute(question).fetchall():
        owner.execute(sql.SQL("ALTER TABLE {} {} ROW LEVEL SECURITY").format(sql.Identifier(str(table)), sql.SQL(word)))


def test_what_is_left_over_undoes_the_deletion(
    committed: None, tmp_path: Path, days_pass: Callable[[int], None], owner_connection: Connection[Any]
):
    """A table that names organisations in a way nobody thought of: found by its content, and nothing is certified."""
    alfa = build_tenant("alfa", folder=tmp_path)
    owner_connection.execute("CREATE TABLE zz_forgotten (words text)")
    try:
        owner_connection.execute("INSERT INTO zz_forgotten VALUES (%s)", [f"about {alfa.pk} and others"])
        house = _close(alfa, days_pass)
        run_jobs(house)
        assert Organisation.objects.filter(pk=alfa.pk).exists()
        assert not DeletionCertificate.objects.filter(organisation_digest=erasure.digest_of(alfa.pk)).exists()
        with tenant_scope(alfa.pk):
            assert "zz_forgotten.words" in Job.objects.get(kind=closing.ERASE).error
        owner_connection.execute("TRUNCATE zz_forgotten")
        run_jobs(house)
        assert not Organisation.objects.filter(pk=alfa.pk).exists()
    finally:
        owner_connection.execute("DROP TABLE zz_forgotten")
    assert not default_storage.exists(str(alfa.pk))


def test_a_new_table_that_names_organisations_is_emptied_without_being_told(
    committed: None, tmp_path: Path, days_pass: Callable[[int], None], owner_connection: Connection[Any]
):
    alfa = build_tenant("alfa", folder=tmp_path)
    owner_connection.execute(
        "CREATE TABLE zz_new (id serial, house uuid REFERENCES tenants_organisation DEFERRABLE INITIALLY DEFERRED)"
    )
    try:
        owner_connection.execute("INSERT INTO zz_new (house) VALUES (%s)", [alfa.pk])
        run_jobs(_close(alfa, days_pass))
        certificate = DeletionCertificate.objects.get(organisation_digest=erasure.digest_of(alfa.pk))
        assert certificate.document["rows"]["zz_new"] == 1
    finally:
        owner_connection.execute("DROP TABLE zz_new")


def test_a_certificate_the_mail_server_refused_is_sent_later_and_its_addresses_forgotten(
    committed: None, monkeypatch: pytest.MonkeyPatch
):
    made = DeletionCertificate.objects.create(
        organisation_digest=uuid.uuid4().hex, deleted_at=timezone.now(), document={"deleted_at": "", "x": 1},
        recipients=["one@example.org", "two@example.org"], next_attempt_at=timezone.now(),
    )  # fmt: skip
    from django.core.mail import EmailMultiAlternatives

    whole = EmailMultiAlternatives.send

    def refusing(message: EmailMultiAlternatives, *args: Any) -> int:
        if message.to == ["two@example.org"]:
            raise OSError("refused")
        return whole(message, *args)

    try:
        monkeypatch.setattr(EmailMultiAlternatives, "send", refusing)
        assert erasure.send_due_certificates() == 1
        made.refresh_from_db()
        assert made.recipients == ["two@example.org"]
        assert erasure.send_due_certificates() == 0, "not at once again"
        monkeypatch.setattr(EmailMultiAlternatives, "send", whole)
        DeletionCertificate.objects.filter(pk=made.pk).update(next_attempt_at=timezone.now())
        assert erasure.send_due_certificates() == 1
        made.refresh_from_db()
        assert (made.recipients, made.next_attempt_at) == ([], None)
        DeletionCertificate.objects.filter(pk=made.pk).update(
            recipients=["gone@example.org"], attempts=99, next_attempt_at=timezone.now()
        )
        erasure.send_due_certificates()
        made.refresh_from_db()
        assert made.recipients == [], "given up: the address is kept no longer"
    finally:
        DeletionCertificate.objects.filter(pk=made.pk).delete()
