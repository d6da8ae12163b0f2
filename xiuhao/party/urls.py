"""The addresses of customers and of the organisation."""

from __future__ import annotations

from django.urls import path

from xiuhao.party import consent_pages, pages, token_pages
from xiuhao.party import organisation_pages as organisation

urlpatterns = [
    path("customers/", pages.customers, name="customers"),
    path("customers/new", pages.new_customer, name="new_customer"),
    path("customers/<int:pk>/", pages.customer, name="customer"),
    path("customers/<int:pk>/amend", pages.amend_customer, name="amend_customer"),
    path("customers/<int:pk>/add/<slug:part>", pages.add_part, name="add_part"),
    path("customers/<int:pk>/consent/<slug:purpose>", consent_pages.consent, name="consent"),
    path("customers/<int:pk>/write", consent_pages.write, name="write_to_customer"),
    path("customers/<int:pk>/contacts/new", consent_pages.new_contact, name="new_contact"),
    path("customers/<int:pk>/contacts/<int:row>/drop", consent_pages.drop_contact, name="drop_contact"),
    path("customers/<int:pk>/<slug:part>/<int:row>/<slug:verb>", pages.change_part, name="change_part"),
    path("reveal/<str:subject>", pages.reveal, name="reveal"),
    path("organisation/", organisation.organisation, name="organisation"),
    path("organisation/<int:pk>/new", organisation.new_unit, name="new_unit"),
    path("organisation/<int:pk>/edit", organisation.edit_unit, name="edit_unit"),
    path("organisation/<int:pk>/move", organisation.move_unit, name="move_unit"),
    path("staff/", organisation.people, name="people"),
    path("staff/hire", organisation.hire, name="hire"),
    path("staff/<int:pk>/", organisation.person, name="person"),
    path("staff/<int:pk>/edit", organisation.edit_person, name="edit_person"),
    path("staff/<int:pk>/skills", organisation.skills, name="skills"),
    path("staff/<int:pk>/grant", organisation.give, name="grant"),
    path("staff/<int:pk>/grants/<int:held>/revoke", organisation.take, name="revoke"),
    path("staff/<int:pk>/invite", organisation.invite, name="invite"),
    path("staff/<int:pk>/invitation", organisation.invitation, name="invitation"),
    path("staff/<int:pk>/tokens/issue", token_pages.issue, name="issue_token"),
    path("staff/<int:pk>/tokens/<int:token>/revoke", token_pages.revoke, name="revoke_token"),
    path("staff/<int:pk>/token", token_pages.shown_once, name="token"),
    path("staff/<int:pk>/duty", organisation.duty, name="duty"),
    path("staff/<int:pk>/retire", organisation.retire, name="retire"),
]
