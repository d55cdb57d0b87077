"""Shapes that refuse what they do not know: a misspelt field must not be dropped in silence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers


class StrictSerializer(serializers.Serializer[Any]):
    """A plain serializer that answers 400 to unknown fields."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = sorted(set(data) - set(self.fields))
            if unknown:
                raise serializers.ValidationError({name: ["There is no such field."] for name in unknown})
        return super().to_internal_value(data)


def parse(serializer: type[StrictSerializer], data: Any, **options: Any) -> dict[str, Any]:
    """The validated data of a request body, or a problem that names every field at fault."""
    bound = serializer(data=data, **options)
    bound.is_valid(raise_exception=True)
    return dict(bound.validated_data)


def page_of(shape: type[serializers.Serializer[Any]]) -> type[serializers.Serializer[Any]]:
    """The shape of one page of a list."""
    fields = {
        "results": shape(many=True),
        "next": serializers.URLField(allow_null=True),
        "previous": serializers.URLField(allow_null=True),
    }
    return type(f"{shape.__name__.removesuffix('Shape')}Page", (serializers.Serializer,), fields)
