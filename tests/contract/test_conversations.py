"""The OpenAPI document is kept: in conversations made up from it, no answer is a 5xx and none is of another shape.

`./plumbline test --contract 10000` sends that many requests; the ordinary run sends a thousand.
"""

from __future__ import annotations

import itertools
import os
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from tests.contract.conversation import PARTS, Conversation
from tests.isolation.routes import document
from tests.isolation.world import World

CASES = int(os.environ.get("CONTRACT_CASES", "1000"))
LENGTH = 10
"""Requests of one conversation."""
EACH = 5
"""Conversations by one person about the same things."""


def closing(application: Any) -> Any:
    """The application with every answer closed, as servers do and this client does not: uploads go with it."""

    def answer(environ: Any, start_response: Any) -> list[bytes]:
        parts = application(environ, start_response)
        try:
            return [b"".join(parts)]
        finally:
            parts.close()

    return answer


@pytest.fixture(scope="module")
def strategies() -> list[Any]:
    """For each operation the strategies of cases that keep to the document, and of cases that do not.

    What changes something stands there twice.
    """
    schema = schemathesis.openapi.from_dict(dict(document()))
    schema.app = closing(get_wsgi_application())
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) > 80
    good, bad = (
        {op.label: op.as_strategy(generation_mode=mode) for op in operations}
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    )
    return [
        st.one_of(good[op.label], good[op.label], good[op.label], bad[op.label])
        for op in operations
        for _ in range(1 if op.method == "get" else 2)
    ]


@pytest.fixture
def connection_kept() -> Iterator[None]:
    """The end of a request closes no connection, or it would end the transaction around the conversation."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.mark.timeout(3600)
@pytest.mark.usefixtures("connection_kept")
def test_conversations_keep_to_the_document(world: World, strategies: list[Any]) -> None:
    statuses, parts, faults = Counter[str](), Counter[str](), dict[str, str]()
    everything = itertools.cycle(random.Random(CASES).sample(strategies, len(strategies)))
    for number, part in zip(range(max(len(PARTS), CASES // (LENGTH * EACH))), itertools.cycle(PARTS), strict=False):
        about = list(itertools.islice(everything, LENGTH))

        @seed(number)
        @settings(
            max_examples=EACH,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(data=st.data(), part=st.just(part), about=st.just(about))
        def converse(data: Any, part: str, about: list[Any]) -> None:
            conversation = Conversation(world, part)
            with transaction.atomic():
                for cases in about:
                    conversation.say(data.draw(cases), data.draw)
                transaction.set_rollback(True)
            statuses.update(conversation.statuses)
            parts[part] += LENGTH
            faults.update(conversation.faults)

        converse()
    print(f"\n{sum(statuses.values())} requests: {dict(sorted(statuses.items()))}; by part {dict(parts)}")
    assert not faults, "\n".join([f"{len(faults)} kinds of fault", *list(faults)[:40], "", next(iter(faults.values()))])
    assert sum(statuses.values()) >= CASES * 0.9
    assert set(parts) == set(PARTS)
    assert statuses["200"] > CASES / 20, "hardly anything was reached"
