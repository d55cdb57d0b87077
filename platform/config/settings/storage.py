"""Evidence and report files: a folder, or a bucket."""

from typing import Any

from config.environment import environment

_environment = environment()
_storage = _environment.storage

SCRATCH_DIR = _environment.data_dir / "scratch"
"""Where files grow that are too large for memory, until they are stored."""
UPLOAD_MAX_BYTES = _environment.upload_max_bytes
STORAGE_QUOTA_BYTES = _environment.storage_quota_bytes
ANTIVIRUS = _environment.antivirus
CLAMD_URL = _environment.clamd_url
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
FILE_UPLOAD_PERMISSIONS = 0o640

STORAGE_PUBLIC_ENDPOINT = _storage.public
STORAGE_IN_REACH = _storage.scheme == "s3" and (_storage.public is not None or _storage.endpoint is None)
"""Whether people may be sent to the bucket itself. An endpoint of one's own is thought to be inside, unless said."""

_files: dict[str, Any]
if _storage.scheme == "s3":
    _files = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": _storage.bucket,
            "location": _storage.prefix,
            "endpoint_url": _storage.endpoint,
            "region_name": _storage.region,
            # A server of one's own seldom has a name in the DNS for each bucket.
            "addressing_style": "path" if _storage.endpoint else None,
            "access_key": _storage.access_key,
            "secret_key": _storage.secret_key,
            "file_overwrite": False,
            "default_acl": None,
            "querystring_auth": True,
            "querystring_expire": 300,
            "signature_version": "s3v4",
        },
    }
else:
    _files = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(_environment.files_dir), "base_url": None},
    }

STORAGES = {
    "default": _files,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
