"""Celery's side of this floor."""

from __future__ import annotations

from celery import shared_task

from identity import post, services


@shared_task(name=post.SEND)
def send_waiting() -> int:
    return post.send_waiting()


@shared_task(name="identity.tidy")
def tidy() -> int:
    """Delete what has ended."""
    return services.tidy()
