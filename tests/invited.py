"""Inviting and accepting over HTTP, with the token taken from the mail as a person would."""

from __future__ import annotations

import re
from typing import Any

from django.core import mail

from tests.cast import Api, House, run_jobs

DORA = "dora@new.example"


def mailed_token() -> str:
    """The token in the link of the newest mail."""
    found = re.search(r"/invitations/[a-z0-9-]+/([A-Za-z0-9_-]+)/", str(mail.outbox[-1].body))
    assert found is not None
    return found[1]


def invite(house: House, *, role: str = "assessor", by: str = "adam", email: str = DORA) -> tuple[str, str]:
    """Id and token of an invitation whose mail has left."""
    response = house.as_(by).post(f"{house.path}/invitations/", {"email": email, "role": role})
    assert response.status_code == 201, response.content
    run_jobs(house)
    return response.json()["id"], mailed_token()


def accept(house: House, api: Api, token: str, **headers: str) -> Any:
    return api.post(f"{house.path}/invitations/accept/", {"token": token}, **headers)
