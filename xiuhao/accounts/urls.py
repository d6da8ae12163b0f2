"""The addresses of the books."""

from __future__ import annotations

from django.urls import path

from xiuhao.accounts import desk, export_pages, month_pages

urlpatterns = [
    path("books/vouchers", desk.vouchers, name="vouchers"),
    path("books/vouchers/new", desk.new, name="voucher_new"),
    path("books/vouchers/<int:pk>", desk.voucher, name="voucher"),
    path("books/vouchers/<int:pk>/pdf", desk.printed, name="voucher_pdf"),
    path("books/vouchers/<int:pk>/reverse", desk.reverse, name="voucher_reverse"),
    path("books/balance", desk.balance, name="balance"),
    path("books/chart", desk.accounts, name="chart"),
    path("books/chart/new", desk.account, name="account_new"),
    path("books/chart/<str:code>", desk.account, name="account"),
    path("books/holds", month_pages.holds, name="holds"),
    path("books/collection", month_pages.collection, name="collection"),
    path("books/collection/enter", month_pages.enter, name="receivable_enter"),
    path("books/collection/load", month_pages.load, name="receivable_load"),
    path("books/collection/template.xlsx", month_pages.template, name="receivable_template"),
    path("books/months", month_pages.closings, name="months"),
    path("books/months/<str:month>", month_pages.month, name="month"),
    path("books/months/<str:month>/close", month_pages.close, name="month_close"),
    path("books/export", export_pages.exports, name="books_export"),
    path("books/export/<slug:layout>.<slug:kind>", export_pages.export, name="books_file"),
]
