"""The first belt: models and managers that cannot be used outside a tenant scope.

Every queryset is bound to the organisation in whose scope it was made and refuses to run in another; `_base_manager`
is the same manager, so `refresh_from_db`, relations and deletion collectors are covered too.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, Self, TypeVar, cast

from django.db import models

from api.ids import new_id
from tenants.scope import ScopeError, current_organisation, current_person, scoped_organisation

M = TypeVar("M", bound=models.Model)


class _BoundQuerySet(models.QuerySet[M]):
    """Remembers in whose scope it was made, and asks before each way of reaching the database."""

    _organisation_id: Any = None

    def _clone(self) -> Self:
        clone = super()._clone()  # type: ignore[misc]
        clone._organisation_id = self._organisation_id  # noqa: SLF001 - a copy of this very object
        return cast("Self", clone)

    def _require_scope(self) -> None:
        """Raise ScopeError where the queryset may not run now."""
        raise NotImplementedError

    def _writable(self) -> Self:
        """Those of the rows that may be changed or deleted."""
        return self

    def _claim(self, row: Any) -> None:
        """See that a row to be written is one that may be. Raises ScopeError."""
        raise NotImplementedError

    def _fetch_all(self) -> None:
        self._require_scope()
        super()._fetch_all()

    def iterator(self, chunk_size: int | None = None) -> Iterator[M]:
        self._require_scope()
        return super().iterator(chunk_size=chunk_size)

    def exists(self) -> bool:
        self._require_scope()
        return super().exists()

    def count(self) -> int:
        self._require_scope()
        return super().count()

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        self._require_scope()
        return super().aggregate(*args, **kwargs)

    def update(self, **fields: Any) -> int:
        self._require_scope()
        if fields.keys() & {"organisation", "organisation_id"}:
            raise ScopeError("A row never changes its organisation.")
        return models.QuerySet.update(self._writable(), **fields)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._require_scope()
        return models.QuerySet.delete(self._writable())

    def bulk_create(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> list[M]:
        rows = list(objs)
        for row in rows:
            self._claim(row)
        return super().bulk_create(rows, *args, **kwargs)

    def bulk_update(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> int:
        rows = list(objs)
        for row in rows:
            self._claim(row)
        return super().bulk_update(rows, *args, **kwargs)


class TenantQuerySet(_BoundQuerySet[M]):
    """Rows of one organisation."""

    def _require_scope(self) -> None:
        if self._organisation_id != current_organisation():
            raise ScopeError("This queryset was made in another organisation's scope.")

    def _claim(self, row: Any) -> None:
        _claim(row)


_ManagerOfTenantQuerySet = models.Manager.from_queryset(TenantQuerySet)


class TenantManager(_ManagerOfTenantQuerySet[M]):
    """`Model.objects`: raises ScopeError without a scope, else sees one organisation."""

    use_in_migrations = False

    def get_queryset(self) -> TenantQuerySet[M]:
        organisation_id = current_organisation()
        rows = cast("TenantQuerySet[M]", super().get_queryset())
        rows._organisation_id = organisation_id  # noqa: SLF001 - the manager and its queryset are one
        return rows.filter(organisation_id=organisation_id)


class OwnRowsManager(models.Manager[M]):
    """`Model.own`: a person's own rows over all organisations, readable in their person scope only."""

    def __init__(self, *, column: str = "person_id") -> None:
        super().__init__()
        self._column = column

    def get_queryset(self) -> models.QuerySet[M]:
        return super().get_queryset().filter(**{self._column: current_person()})


def _claim(row: Any) -> None:
    organisation_id = current_organisation()
    if row.organisation_id is None:
        row.organisation_id = organisation_id
    elif row.organisation_id != organisation_id:
        raise ScopeError("The row belongs to another organisation.")


class TenantModel(models.Model):
    """A row that belongs to one organisation. Its migration isolates the table with `tenants.rls.IsolateTable`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # No index of its own: `tenants.rls` makes one on (organisation_id, id). With one on the organisation alone, the
    # planner takes that for lookups by id in tables filled since the last ANALYZE, and reads all rows for each of them.
    organisation = models.ForeignKey(
        "tenants.Organisation", on_delete=models.CASCADE, related_name="+", editable=False, db_index=False
    )

    objects: ClassVar[TenantManager[Self]] = TenantManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"
        default_manager_name = "objects"

    def save(self, *args: Any, **kwargs: Any) -> None:
        _claim(self)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        _claim(self)
        return super().delete(*args, **kwargs)


class SharedQuerySet(_BoundQuerySet[M]):
    """Public rows, and in an organisation's scope that organisation's own among them. Writes reach its own alone."""

    def _require_scope(self) -> None:
        if self._organisation_id not in (None, scoped_organisation()):
            raise ScopeError("This queryset was made in another organisation's scope.")

    def _writable(self) -> Self:
        return self.filter(organisation_id=scoped_organisation())

    def _claim(self, row: Any) -> None:
        _claim_shared(row)


_ManagerOfSharedQuerySet = models.Manager.from_queryset(SharedQuerySet)


class SharedManager(_ManagerOfSharedQuerySet[M]):
    """`Model.objects`: what is public, and what belongs to the organisation in scope, if there is one."""

    use_in_migrations = False

    def get_queryset(self) -> SharedQuerySet[M]:
        organisation_id = scoped_organisation()
        rows = cast("SharedQuerySet[M]", super().get_queryset())
        if organisation_id is None:
            return rows.filter(organisation_id__isnull=True)
        rows._organisation_id = organisation_id  # noqa: SLF001 - the manager and its queryset are one
        return rows.filter(models.Q(organisation_id__isnull=True) | models.Q(organisation_id=organisation_id))


class PublicManager(_ManagerOfSharedQuerySet[M]):
    """`Model.public`: what is public and nothing else, whatever scope is open."""

    use_in_migrations = False

    def get_queryset(self) -> SharedQuerySet[M]:
        return cast("SharedQuerySet[M]", super().get_queryset().filter(organisation_id__isnull=True))


def _claim_shared(row: Any) -> None:
    """In a scope a new row is the organisation's, and only its own rows are written; outside one only public rows."""
    organisation_id = scoped_organisation()
    if row.organisation_id is None and row._state.adding:  # noqa: SLF001 - Django's documented interface
        row.organisation_id = organisation_id
    if row.organisation_id != organisation_id:
        raise ScopeError("The row is public, or belongs to another organisation.")


class SharedModel(models.Model):
    """A row that is public (no organisation), or belongs to one. Its migration guards the table with
    `tenants.sharing.ShareTable`.

    Public rows are written by the role that owns the tables, outside every scope; an organisation's rows in its scope.
    """

    organisation = models.ForeignKey(
        "tenants.Organisation", on_delete=models.CASCADE, null=True, related_name="+", editable=False, db_index=False
    )

    objects: ClassVar[SharedManager[Self]] = SharedManager()
    public: ClassVar[PublicManager[Self]] = PublicManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"
        default_manager_name = "objects"

    def save(self, *args: Any, **kwargs: Any) -> None:
        _claim_shared(self)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        _claim_shared(self)
        return super().delete(*args, **kwargs)


def is_visible(organisation_id: uuid.UUID | None) -> bool:
    """Whether a shared row that was read before, and kept in memory, may be used here and now."""
    return organisation_id is None or organisation_id == scoped_organisation()


class TenantForeignKey(models.ForeignKey[Any, Any]):
    """A key between two tenant tables.

    The database constraint is composite, (organisation_id, x_id) → (organisation_id, id), and made by `tenants.rls`:
    foreign key checks bypass row-level security, so a plain key would accept, and so betray, a foreign id.
    """

    def __init__(self, to: Any, on_delete: Any = models.CASCADE, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        kwargs.setdefault("related_name", "+")
        super().__init__(to, on_delete, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("db_constraint", None)
        return name, path, list(args), kwargs
