"""The floor: a bare Django view with the same token check that inserts one row and one audit row; no middleware, nothing else."""

from __future__ import annotations

import hashlib
import json
import os

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, JsonResponse
from django.urls import path

from xiuhao.config import processor

if not settings.configured:
    processor.keep_to_one()  # as the product's web processes do
    host, port, name, user = (os.environ[f"FLOOR_{key}"] for key in ("HOST", "PORT", "NAME", "USER"))
    settings.configure(
        SECRET_KEY=os.urandom(16).hex(), ALLOWED_HOSTS=["127.0.0.1"], ROOT_URLCONF=__name__, INSTALLED_APPS=[], MIDDLEWARE=[], USE_TZ=True,
        LOGGING_CONFIG=None,
        DATABASES={
            "default": {"ENGINE": "django.db.backends.postgresql", "HOST": host, "PORT": port, "NAME": name, "USER": user,
                        "CONN_MAX_AGE": 60}
        },
    )  # fmt: skip
    django.setup()

from django.db import connection, models, transaction


class Ticket(models.Model):
    """One row."""

    id = models.BigAutoField(primary_key=True)
    subject, body, phone = models.TextField(), models.TextField(), models.TextField()

    class Meta:
        app_label, db_table, managed = "floor", "floor_ticket", False


class Audit(models.Model):
    """And its audit row."""

    id = models.BigAutoField(primary_key=True)
    ticket = models.ForeignKey(Ticket, models.CASCADE)
    actor, action, detail = models.TextField(), models.TextField(), models.JSONField()

    class Meta:
        app_label, db_table, managed = "floor", "floor_audit", False


WHO = """
SELECT a.id FROM kernel_token t JOIN kernel_account a ON a.id = t.account_id WHERE t.digest = %s AND t.revoked_at IS NULL AND a.is_active
"""


def create(request: HttpRequest) -> JsonResponse:
    """The least that a ticket system could do."""
    raw = request.headers.get("Authorization", "").removeprefix("Bearer ")
    with connection.cursor() as cursor:
        cursor.execute(WHO, [hashlib.sha256(raw.encode()).digest()])
        found = cursor.fetchone()
    if found is None:
        return JsonResponse({"code": "token_invalid"}, status=401)
    given = json.loads(request.body)
    with transaction.atomic():
        made = Ticket.objects.create(subject=given["description"][:80], body=given["description"], phone=given["contact_phone"])
        Audit.objects.create(ticket=made, actor=str(found[0]), action="create", detail={"state": "open"})
    return JsonResponse({"id": made.pk}, status=201)


urlpatterns = [path("create", create)]
application = get_wsgi_application()
