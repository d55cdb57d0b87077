"""Persons: one per address, however it is spelt."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from identity.models import Person, known_time_zone
from identity.selectors import display_names, owns_address

pytestmark = pytest.mark.django_db


def test_an_address_belongs_to_one_person_in_any_case():
    Person.objects.create_user("Olga@New.example", "a long password")
    assert Person.objects.get().email == "olga@new.example"
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.create(email="OLGA@new.example")


def test_a_person_without_a_name_shows_as_the_front_of_the_address():
    assert Person(email="olga@new.example").display_name == "olga"
    assert Person(email="olga@new.example", name="Olga").display_name == "Olga"


def test_names_are_read_in_one_statement(django_assert_num_queries: Callable[..., Any], unknown_id: uuid.UUID):
    people = [Person.objects.create(email=f"p{number}@new.example") for number in range(3)]
    with django_assert_num_queries(1):
        assert display_names([*(person.pk for person in people), unknown_id]) == {
            person.pk: f"p{number}" for number, person in enumerate(people)
        }
    with django_assert_num_queries(0):
        assert display_names([]) == {}


def test_an_address_counts_once_it_is_verified():
    person = Person.objects.create(email="olga@new.example")
    address = EmailAddress.objects.create(user=person, email=person.email, verified=False)
    assert not owns_address(person, email="Olga@new.example")
    assert owns_address(person, email="Olga@new.example", verified=False)
    address.verified = True
    address.save()
    assert owns_address(person, email="Olga@new.example")
    assert not owns_address(Person.objects.create(email="x@new.example"), email="olga@new.example")


@pytest.mark.parametrize("name", ["Europe/Berlin", "UTC", "Asia/Kolkata"])
def test_time_zones_of_the_iana_database_are_known(name: str):
    known_time_zone(name)


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../etc/passwd", "UTC+2"])
def test_other_time_zones_are_not(name: str):
    with pytest.raises(ValidationError):
        known_time_zone(name)
