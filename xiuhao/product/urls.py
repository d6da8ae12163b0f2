"""The addresses of devices and of the catalogue."""

from __future__ import annotations

from django.urls import path

from xiuhao.product import pages, warranty_pages

urlpatterns = [
    path("devices/", pages.devices, name="devices"),
    path("devices/<int:pk>/", pages.device, name="device"),
    path("devices/<int:pk>/amend", pages.amend_device, name="amend_device"),
    path("devices/<int:pk>/repairs/new", warranty_pages.new_repair, name="new_repair"),
    path("repairs/<int:pk>/finish", warranty_pages.finish_repair, name="finish_repair"),
    path("repairs/<int:pk>/withdraw", warranty_pages.withdraw_repair, name="withdraw_repair"),
    path("catalogue/", pages.catalogue, name="catalogue"),
    path("catalogue/categories/", pages.categories, name="categories"),
    path("catalogue/categories/new", pages.edit_category, name="new_category"),
    path("catalogue/categories/<int:pk>", pages.edit_category, name="edit_category"),
    path("catalogue/models/new", pages.edit_model, name="new_model"),
    path("catalogue/models/<int:pk>", pages.edit_model, name="edit_model"),
]
