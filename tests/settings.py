"""Settings of the tests: the product's own, in a folder of their own, so that no test touches a real installation."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
os.environ["XIUHAO_FOLDER"] = str(ROOT / "var" / "test")
os.environ.setdefault("XIUHAO_STATEMENT_TIMEOUT_MS", "60000")
os.environ.setdefault("XIUHAO_LOG_LEVEL", "WARNING")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # the browser driver runs a loop in the tests' thread
# The same in every checkout: a template kept on a server holds values sealed with them.
os.environ["XIUHAO_DATA_KEYS"] = "1:dGhlIGRhdGEga2V5IG9mIGFsbCB0ZXN0cywgMzIgYi4="
os.environ["XIUHAO_INDEX_KEY"] = "dGhlIGluZGV4IGtleSBvZiBhbGwgdGVzdHMsIDMyYi4="
for name in ("XIUHAO_BASE_URL", "XIUHAO_HASHED_STATIC", "XIUHAO_PORT", "PROMETHEUS_MULTIPROC_DIR"):
    os.environ.pop(name, None)

from xiuhao.config.settings import *  # noqa: E402, F403

INSTALLED_APPS = [*INSTALLED_APPS, "tests.sample"]  # noqa: F405  # a tiny process of the tests' own
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # hundreds of log-ins
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
