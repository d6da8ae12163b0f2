"""What the web server loads: `front` around Django."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiuhao.config.settings")
os.environ.setdefault("XIUHAO_STATEMENT_TIMEOUT_MS", "5000")

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application

from xiuhao.config.environment import environment

pages = get_wsgi_application()

from xiuhao.config.front import Front  # noqa: E402
from xiuhao.config.live import Hub  # noqa: E402
from xiuhao.config.offspring import follow  # noqa: E402

follow()  # a web worker whose master was killed would go on answering on the shared port

# Answers wait in a queue of chunks, so that a slow reader of a download does not hold a thread.
application = Front(
    WSGIMiddleware(pages, workers=environment.web_threads, send_queue_size=1024), Hub(environment.live_clients), environment
)
