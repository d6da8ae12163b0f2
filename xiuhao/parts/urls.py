"""The addresses of stock, places and the catalogue of parts."""

from __future__ import annotations

from django.urls import path

from xiuhao.parts import part_pages, picking, stock_pages

urlpatterns = [
    path("stock/", stock_pages.stock, name="stock"),
    path("stock/found", picking.found, name="parts_found"),
    path("stock/ledger", stock_pages.ledger, name="stock_ledger"),
    path("stock/supply", stock_pages.supply, name="stock_supply"),
    path("places/", stock_pages.places, name="places"),
    path("places/new", stock_pages.edit_place, name="new_place"),
    path("places/<int:pk>/", stock_pages.place, name="place"),
    path("places/<int:pk>/edit", stock_pages.edit_place, name="edit_place"),
    path("places/<int:pk>/level", stock_pages.level, name="place_level"),
    path("parts/", part_pages.parts, name="parts"),
    path("parts/new", part_pages.edit_part, name="new_part"),
    path("parts/<int:pk>/", part_pages.part, name="part"),
    path("parts/<int:pk>/edit", part_pages.edit_part, name="edit_part"),
    path("parts/<int:pk>/price", part_pages.price, name="part_price"),
]
