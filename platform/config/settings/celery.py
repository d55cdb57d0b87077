"""Celery: a messenger. What must survive stands in the Job rows (`tenants.jobs`), so messages may be lost or
doubled.
"""

from config.environment import environment

_environment = environment()

REDIS_URL = _environment.redis_url or "redis://127.0.0.1:1/0"


def _broker(url: str) -> str:
    """The address in kombu's spelling, which differs from redis-py's for a Unix socket."""
    if url.startswith("unix://"):
        path, _, query = url.removeprefix("unix://").partition("?")
        number = query.removeprefix("db=") if query.startswith("db=") else "0"
        return f"redis+socket://{path}?virtual_host={number}"
    return url


CELERY_BROKER_URL = _broker(REDIS_URL)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "max_retries": 0,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False
"""Taken early on purpose: a lost message is sent again by the relay, after the lease and with a fence."""
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CONCURRENCY = _environment.worker_concurrency
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 600_000
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_SOFT_TIME_LIMIT = 540
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "relay": {"task": "tenants.relay", "schedule": 2.0, "options": {"expires": 5}},
    # Only organisations that lack an alarm clock get one here; each then rings once a day by the relay.
    "plan-signing": {"task": "tenants.plan_signing", "schedule": 600.0, "options": {"expires": 600}},
    "plan-nights": {"task": "assessments.plan_nights", "schedule": 600.0, "options": {"expires": 600}},
    "post": {"task": "identity.post", "schedule": 10.0, "options": {"expires": 10}},
    "tidy": {"task": "identity.tidy", "schedule": 3600.0, "options": {"expires": 600}},
    "mail-certificates": {"task": "tenants.mail_certificates", "schedule": 300.0, "options": {"expires": 300}},
}
CELERY_BEAT_SCHEDULE_FILENAME = str(_environment.data_dir / "scheduler")

JOB_LEASE_SECONDS = _environment.job_lease_seconds

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "plumbline",
        "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 1},
    }
}
