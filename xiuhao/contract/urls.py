"""The addresses of tiers and purchases."""

from __future__ import annotations

from django.urls import path

from xiuhao.contract import merge_pages, pages

urlpatterns = [
    path("tiers/", pages.tiers, name="tiers"),
    path("tiers/try", pages.trial, name="tier_trial"),
    path("purchases/new", pages.new_purchase, name="new_purchase"),
    path("customers/<int:pk>/tiers/new", pages.sell, name="sell_tier"),
    path("customers/<int:pk>/merge", merge_pages.merge, name="merge_customers"),
    path("merges/<int:merge>/undo", merge_pages.split, name="split_customer"),
    path("devices/<int:pk>/transfer", merge_pages.transfer, name="transfer_device"),
    path("tiers/expiring", pages.expiring, name="expiring_tiers"),
    path("customers/<int:pk>/benefits/use", pages.use, name="use_benefit"),
    path("entitlements/<int:pk>/change", pages.change, name="change_tier"),
    path("entitlements/<int:pk>/end", pages.end, name="end_tier"),
]
