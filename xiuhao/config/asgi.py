"""What the web server loads: `front` around Django."""

from __future__ import annotations

import gc
import os

from xiuhao.config.offspring import follow

gc.disable()  # as in `__main__`
follow()  # first: a web worker whose master was killed would go on answering on the shared port
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiuhao.config.settings")
os.environ.setdefault("XIUHAO_STATEMENT_TIMEOUT_MS", "5000")

from django.core.wsgi import get_wsgi_application  # noqa: E402

from xiuhao.config import processor  # noqa: E402
from xiuhao.config.environment import environment  # noqa: E402

if environment.web_pinned:
    processor.keep_to_one()  # before there are threads: each inherits it

pages = get_wsgi_application()

from xiuhao.config.bridge import Bridge  # noqa: E402
from xiuhao.config.front import Front  # noqa: E402
from xiuhao.config.live import Hub  # noqa: E402
from xiuhao.config.programs import Programs, by_path  # noqa: E402

application = Front(Bridge(by_path(pages, Programs()), environment.web_threads), Hub(environment.live_clients), environment)

gc.freeze()
gc.set_threshold(10_000, 20, 20)  # a request makes thousands of objects, nearly all of which go without it
