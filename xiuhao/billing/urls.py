"""The addresses of money."""

from __future__ import annotations

from django.urls import path

from xiuhao.billing import desk

urlpatterns = [
    path("money/bills", desk.bills, name="bills"),
    path("money/payments", desk.payments, name="payments"),
    path("money/earnings", desk.earnings, name="earnings"),
    path("money/odd", desk.odd, name="odd_callbacks"),
    path("money/<slug:what>.xlsx", desk.export, name="money_export"),
    path("money/bills/<int:pk>", desk.bill, name="bill"),
    path("money/bills/<int:pk>/pay", desk.pay, name="pay_bill"),
    path("money/bills/<int:pk>/qr", desk.qr, name="qr_bill"),
    path("money/bills/<int:pk>/receipt", desk.receipt, name="bill_receipt"),
    path("money/payments/<int:pk>/refund", desk.refund, name="refund"),
    path("money/callback/<slug:provider>", desk.callback, name="pay_callback"),
]
