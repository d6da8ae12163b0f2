"""The address of what was learned."""

from __future__ import annotations

from django.urls import path

from xiuhao.learning import pages

urlpatterns = [path("learning/", pages.learned, name="learned")]
