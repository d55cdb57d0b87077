"""`import_standard --platform`: a standard for everybody, by the role that owns the tables."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from assessments.catalogue.models import Requirement, SearchEntry, Standard

pytestmark = pytest.mark.django_db
CSV = "ref,title,summary\n1,Context,About it.\n1.1,Quokkas are counted,Somebody counts.\n"


def test_it_becomes_a_public_standard_that_is_found(owner: str, tmp_path: Path) -> None:
    path = tmp_path / "Zoo controls.csv"
    path.write_text(CSV)
    arguments = [str(path), "--platform", "--publisher", "Zoo", "--number", "ZOO 1", "--database", owner]
    call_command("import_standard", *arguments)
    standard = Standard.public.using(owner).get(slug="zoo-controls", is_current=True)
    assert (standard.number, standard.publisher, standard.organisation_id) == ("ZOO 1", "Zoo", None)
    assert Requirement.public.using(owner).filter(standard=standard).count() == 2
    assert SearchEntry.objects.using(owner).filter(standard=standard).exists()
    call_command("import_standard", *arguments)
    assert Standard.public.using(owner).filter(slug="zoo-controls").count() == 1


def test_a_slug_of_the_catalogues_own_is_refused(
    owner: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "t.csv"
    path.write_text(CSV)
    with pytest.raises(CommandError, match="Nothing was imported"):
        call_command("import_standard", str(path), "--platform", "--slug", "eu-gdpr", "--database", owner)
    assert "/slug: fault: eu-gdpr is told by the files of the catalogue" in capsys.readouterr().err


def test_the_role_of_the_app_may_not(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(CSV)
    with pytest.raises(DatabaseError):
        call_command("import_standard", str(path), "--platform", "--slug", "zoo-2")
