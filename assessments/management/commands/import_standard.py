"""`import_standard`: files of others as a draft of an organisation, or as a standard for everybody."""

from __future__ import annotations

import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS
from django.utils import timezone

from api.problems import Problem
from assessments.catalogue.drafts.content import ContentError, ContentFault, complete_facts
from assessments.catalogue.drafts.publishing import publish_public
from assessments.catalogue.drafts.scales import with_shared_scales
from assessments.catalogue.drafts.services import create_draft, publish_draft
from assessments.catalogue.drafts.states import IMPORTED
from assessments.catalogue.importing.packing import pack
from assessments.catalogue.importing.result import MOST_BYTES, ImportOptions, SourceFile
from assessments.catalogue.importing.walled import ImportBroke, ToldImport, import_packed
from assessments.catalogue.models import StandardDraft
from assessments.catalogue.own_crosswalks.matching import SIDES
from assessments.selectors.standard_imports import report_of
from assessments.services.imported_crosswalks import KeptImport, keep_crosswalk
from assessments.services.imported_links import hold_links
from tenants import audit
from tenants.models import Membership, Organisation
from tenants.roles import Role
from tenants.scope import tenant_scope

REFUSED, CANNOT = 1, 2
NO_PUBLIC_CROSSWALK = (
    "A crosswalk cannot be imported for everybody: public ones are files of the catalogue"
    " (crosswalks/<source>--<target>.yaml, see assessments/catalogue/FORMAT.md), judged by people and brought in by"
    " sync_catalogue. Import it for an organisation."
)
_SHOWN = 40


class Command(BaseCommand):
    help = (
        "Read a standard from OSCAL, a CISO Assistant library, CSV or XLSX. Without --organisation and --platform it"
        " is only read and told of. Exit code 0 when it was read (and made), 1 when the files hold faults, 2 when it"
        " could not be tried."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="one, or several that name each other")
        where = parser.add_mutually_exclusive_group()
        where.add_argument("--organisation", metavar="SLUG", help="make a draft of this organisation")
        where.add_argument("--platform", action="store_true", help="make it a standard for everybody")
        parser.add_argument("--publish", action="store_true", help="publish the draft of the organisation at once")
        parser.add_argument(
            "--map", action="append", default=[], metavar="FIELD=HEADING", dest="columns",
            help="a column of a table, as ref='Control ID'; may be given several times",
        )  # fmt: skip
        for name, what in (
            ("language", "of the texts, where the file does not say"), ("root", "the file that is meant, of several"),
            ("slug", "of the standard"), ("number", "of the standard"), ("title", "of the standard"),
            ("sheet", "of a workbook"), ("source", "of a crosswalk: the slug of its first standard"),
            ("target", "of a crosswalk: the slug of its second standard"),
        ):  # fmt: skip
            parser.add_argument(f"--{name}", default="", help=what)
        parser.add_argument("--publisher", default="Unknown", help="with --platform, where the file does not say")
        parser.add_argument("--database", default=DEFAULT_DB_ALIAS, help="with --platform: whose role owns the tables")

    def handle(self, *args: Any, **options: Any) -> None:
        told = self._read(options)
        self._tell(told)
        if told.refused:
            raise CommandError("Nothing was imported.", returncode=REFUSED)
        if not (options["organisation"] or options["platform"]):
            return
        if options["platform"] and told.crosswalks:
            if told.content is None:
                raise CommandError(f"{NO_PUBLIC_CROSSWALK} Nothing was imported.", returncode=REFUSED)
            self.stderr.write(f"warning: {NO_PUBLIC_CROSSWALK} The standard alone is imported.")
        if told.content is None and not told.crosswalks:
            raise CommandError("The files hold no standard; nothing was imported.", returncode=REFUSED)
        if options["platform"]:
            self._for_everybody(told, options)
        else:
            self._for_organisation(told, options)

    def _read(self, options: dict[str, Any]) -> ToldImport:
        columns = dict(entry.partition("=")[::2] for entry in options["columns"])
        names = ("language", "root", "slug", "number", "title", "sheet", "source", "target")
        given = ImportOptions(columns=columns, **{name: options[name] for name in names})
        try:
            if sum(path.stat().st_size for path in options["files"]) > MOST_BYTES:
                raise CommandError(f"The files may have {MOST_BYTES:,} bytes together.", returncode=REFUSED)
            files = [SourceFile(path.name, path.read_bytes()) for path in options["files"]]
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}", returncode=CANNOT) from None
        with tempfile.NamedTemporaryFile(prefix="import-") as packed:
            pack(files, options=given, to=packed)
            packed.flush()
            try:
                return import_packed(Path(packed.name))
            except ImportBroke as error:
                raise CommandError(str(error), returncode=REFUSED) from None

    def _held(self, told: ToldImport) -> ToldImport:
        """A table of links with the refs of the organisation's standards. Raises CommandError for faults."""
        held = hold_links(told)
        for finding in held.findings:
            if finding not in told.findings:
                self.stderr.write(str(finding))
        if held.refused:
            raise CommandError("Nothing was imported.", returncode=REFUSED)
        return held

    def _tell(self, told: ToldImport) -> None:
        for finding in told.findings:
            self.stderr.write(str(finding))
        counts = ", ".join(f"{told.counts.get(name, 0)} {name}s" for name in ("fault", "warning", "note"))
        self.stdout.write(f"{told.format or 'unknown format'}: {counts}")
        if told.content is not None:
            content = told.content
            self.stdout.write(
                f"{content.number}: {content.title}, {len(content.requirements)} nodes, {content.language}"
            )
        for crosswalk in told.crosswalks:
            names = [crosswalk[side]["title"] or crosswalk[side]["name"] for side in ("source", "target")]
            self.stdout.write(f"crosswalk {names[0]} to {names[1]}: {len(crosswalk['groups'])} groups")

    def _for_organisation(self, told: ToldImport, options: dict[str, Any]) -> None:
        slug = options["organisation"]
        organisation = Organisation.objects.filter(slug=slug).first()
        if organisation is None:
            raise CommandError(f"There is no organisation {slug}.", returncode=CANNOT)
        report = {"format": told.format, "counts": dict(told.counts), "findings": report_of(told)}
        try:
            with tenant_scope(organisation.pk):
                audit.act_as("system:import_standard")
                told = self._held(told)
                draft = None
                if told.content is not None:
                    draft = create_draft(
                        organisation=organisation,
                        actor=_owner(),
                        content=with_shared_scales(told.content),
                        origin=IMPORTED,
                        report=report,
                    )
                    if options["publish"]:
                        draft = publish_draft(draft_id=draft.pk, expected_version=draft.version)
                kept = self._keep_crosswalks(told, draft=draft, options=options)
        except Problem as problem:
            self._tell_problem(problem)
            raise CommandError("Nothing was imported.", returncode=REFUSED) from None
        if draft is not None:
            self.stdout.write(f"{draft.slug}: {draft.state} {draft.pk}")
        for found in kept:
            self._tell_content("warning", tuple(found.left_out))
            counts = found.crosswalk.counts["provenances"]
            self.stdout.write(f"{found.crosswalk}: kept, {counts['suggested']} groups for somebody to review")

    def _keep_crosswalks(
        self, told: ToldImport, *, draft: StandardDraft | None, options: dict[str, Any]
    ) -> list[KeptImport]:
        """Beside a draft, a crosswalk that cannot be kept is told of; alone, it raises its Problem."""
        slugs, kept = {side: options[side] for side in SIDES if options[side]}, []
        for imported in told.crosswalks:
            try:
                kept.append(
                    keep_crosswalk(
                        actor=_owner(), imported=imported, slugs=slugs, draft=draft.pk if draft is not None else None
                    )
                )
            except Problem as problem:
                if draft is None:
                    raise
                self._tell_problem(problem)
                self.stderr.write("warning: a crosswalk was not kept; the draft was made without it.")
        return kept

    def _for_everybody(self, told: ToldImport, options: dict[str, Any]) -> None:
        assert told.content is not None
        content = complete_facts(
            with_shared_scales(told.content), publisher=options["publisher"], year=timezone.now().year
        )
        try:
            outcome, standard_id, findings = publish_public(content, using=options["database"])
        except ContentError as error:
            self._tell_content("fault", error.faults)
            raise CommandError("Nothing was imported.", returncode=REFUSED) from None
        self._tell_content("warning", findings.warnings)
        self.stdout.write(f"{content.slug}: {outcome} {standard_id}")

    def _tell_content(self, severity: str, found: tuple[ContentFault, ...]) -> None:
        for fault in found[:_SHOWN]:
            self.stderr.write(
                f"{fault.pointer or '/'}: {severity}: {fault.ref + ': ' if fault.ref else ''}{fault.message}"
            )
        if len(found) > _SHOWN:
            self.stderr.write(f"and {len(found) - _SHOWN} more of this severity")

    def _tell_problem(self, problem: Problem) -> None:
        for place, sentences in problem.members.get("errors", {}).items():
            for sentence in sentences:
                self.stderr.write(f"{place}: fault: {sentence}")
        for fault in problem.members.get("faults", [])[:_SHOWN]:
            self.stderr.write(" ".join(str(value) for value in fault.values() if value))
        self.stderr.write(problem.detail or problem.title)


def _owner() -> UUID:
    """The draft is made in the name of the organisation's first owner."""
    found = Membership.objects.filter(role=Role.OWNER).order_by("id").values_list("person_id", flat=True).first()
    if found is None:
        raise CommandError("The organisation has no owner.", returncode=CANNOT)
    return UUID(str(found))
