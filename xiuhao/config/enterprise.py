"""Enterprise log-in: what allauth is told of the company's identity provider, DingTalk and Feishu, from the environment."""

from __future__ import annotations

from typing import Any

from xiuhao.config.environment import Environment

APPS = ["allauth.socialaccount"] + [f"allauth.socialaccount.providers.{name}" for name in ("openid_connect", "dingtalk", "feishu")]
ID = "company"  # of the OpenID Connect provider, in addresses


def settings(given: Environment) -> dict[str, Any]:
    """The settings of `allauth.socialaccount`; without a client nothing is offered."""
    providers: dict[str, Any] = {}
    if given.oidc_issuer:
        app = _app(given.oidc_client, given.oidc_secret.get_secret_value(), provider_id=ID, name=given.oidc_name)
        app["settings"] = {"server_url": given.oidc_issuer, "oauth_pkce_enabled": True, "uid_field": "sub"}
        providers["openid_connect"] = {"APPS": [app], "OAUTH_PKCE_ENABLED": True}
    for name, client, secret in (
        ("dingtalk", given.dingtalk_client, given.dingtalk_secret), ("feishu", given.feishu_client, given.feishu_secret),
    ):  # fmt: skip
        if client:
            providers[name] = {"APPS": [_app(client, secret.get_secret_value())]}
    return {
        "SOCIALACCOUNT_PROVIDERS": providers,
        "SOCIALACCOUNT_ADAPTER": "xiuhao.kernel.enterprise.Enterprise",
        "SOCIALACCOUNT_AUTO_SIGNUP": False,
        "SOCIALACCOUNT_LOGIN_ON_GET": True,  # a form may send nowhere but to ourselves; `state` binds the answer to the session
        "SOCIALACCOUNT_STORE_TOKENS": False,
        "SOCIALACCOUNT_QUERY_EMAIL": False,
        "XIUHAO_ENTERPRISE": {"match": given.oidc_match, "tenant": given.oidc_tenant, "feishu_tenant": given.feishu_tenant},
    }


def _app(client: str, secret: str, **more: str) -> dict[str, Any]:
    return {"client_id": client, "secret": secret, "key": "", **more}
