"""Every setting that an operator may give, by environment. docs/reference/settings.md is printed from this class."""

from __future__ import annotations

from functools import cached_property
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[2]
Words = Annotated[list[str], NoDecode]  # given as a comma list


class Environment(BaseSettings):
    """Read once at start. Each field is the variable XIUHAO_<NAME>; DATABASE_URL keeps its customary name."""

    model_config = SettingsConfigDict(env_prefix="XIUHAO_", env_ignore_empty=True, extra="ignore", populate_by_name=True)

    folder: Path = Field(ROOT / "var", description="Where this installation keeps its database, keys, files and logs.")
    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 for every network card.")
    port: int = Field(8400, ge=1, le=65535, description="The one port of the web server.")
    base_url: str = Field("", description="Public address, used in every link we send. Empty: http://<host>:<port>.")
    allowed_hosts: Words = Field([], description="Further host names that may appear in a request, comma separated.")
    trusted_proxies: Words = Field(
        [], description="Addresses or networks whose X-Forwarded-For and X-Forwarded-Proto are believed. Empty: nobody's."
    )
    demo_live: bool = Field(
        False, description="Keep the demo company moving: new requests all day. Without effect in a company of one's own."
    )
    debug: bool = Field(False, description="Tracebacks in the browser. Never in production.")

    database_url: str = Field(
        "",
        validation_alias=AliasChoices("DATABASE_URL", "XIUHAO_DATABASE_URL", "database_url"),
        description="postgresql://… of a server (15 or later). Empty: the embedded one, in the folder.",
    )
    owner_database_url: str = Field(
        "", description="Log-in that owns the tables, for migrations. Empty: DATABASE_URL's own log-in owns them."
    )
    runtime_role: str = Field(
        "xiuhao",
        pattern=r"^([a-z_][a-z0-9_]*)?$",
        description="Role with the rights of daily work (it cannot rewrite the journal). Processes assume it where "
        "DATABASE_URL's log-in owns the tables. Empty: they keep the owner's rights (not advised).",
    )
    statement_timeout_ms: int = Field(0, ge=0, description="Longest SQL statement; 0 is none. Web processes set 5000 when not given.")

    secret_key: SecretStr = Field(SecretStr(""), description="Signs sessions and links. Empty: made once, kept in <folder>/keys.")
    data_keys: SecretStr = Field(
        SecretStr(""),
        description="Seal personal data: id:key,id:key with ids 0-255 and keys of 32 bytes in base64, the sealing key first. "
        "Empty: one key made once, kept in <folder>/keys. Without it the data cannot be read: back it up.",
    )
    index_key: SecretStr = Field(
        SecretStr(""), description="Blinds the look-up of personal data: 32 bytes in base64. Empty: made once, kept in <folder>/keys."
    )

    web_workers: int = Field(2, ge=1, description="Web processes.")
    web_pinned: bool = Field(
        True,
        description="Each web process keeps to one processor, the least taken one. Turn it off where several containers share few "
        "processors: they do not see what the others took.",
    )
    web_threads: int = Field(8, ge=1, description="Threads a web process; each holds one database connection.")
    job_threads: int = Field(4, ge=1, description="Jobs that a worker runs at once.")
    body_megabytes: int = Field(30, ge=1, description="Largest request body.")
    body_seconds: float = Field(60, gt=0, description="Time in which a request body must have arrived.")
    queue_seconds: float = Field(2, gt=0, description="Longest wait of a request for a free thread; then 503 with Retry-After.")
    live_clients: int = Field(2000, ge=1, description="Open live-update streams a web process accepts.")

    hashed_static: bool = Field(False, description="Serve the hashed static files in <folder>/static; `up` and `web` collect and set it.")
    oidc_issuer: str = Field(
        "", description="Enterprise log-in by OpenID Connect: address of the issuer. Empty: none. Only people known here get in."
    )
    oidc_client: str = Field(
        "", description="Client id at the issuer; its redirect address is <public address>/accounts/oidc/company/login/callback/."
    )
    oidc_secret: SecretStr = Field(SecretStr(""), description="Client secret at the issuer.")
    oidc_name: str = Field(
        "企业账号", description="What the button says. WeCom speaks no OpenID Connect itself: name the broker that stands before it."
    )
    oidc_match: Literal["email", "login"] = Field(
        "email", description="What ties an identity to an account the first time: its verified email, or preferred_username as log-in."
    )
    oidc_tenant: str = Field("", description="claim=value that an identity must carry, where an issuer serves many companies: tid=….")
    dingtalk_client: str = Field("", description="AppKey of the company's own DingTalk app. Empty: none. People tie their account in 设置.")
    dingtalk_secret: SecretStr = Field(SecretStr(""), description="AppSecret of that app.")
    feishu_client: str = Field("", description="App ID of a Feishu app. Empty: none. People tie their account in 设置.")
    feishu_secret: SecretStr = Field(SecretStr(""), description="App Secret of that app.")
    feishu_tenant: str = Field("", description="tenant_key of the company at Feishu; identities of others are refused.")

    mail_url: SecretStr = Field(
        SecretStr(""),
        description="Mail server: smtp://user:password@host (STARTTLS), smtps:// or smtp+plain://. "
        "Empty: messages are only kept and shown.",
    )
    mail_from: str = Field("", description="Sender of our mails. Empty: noreply@<host of the public address>.")
    sms: str = Field(
        "",
        description="Class that sends text messages: package.module.Class (docs/operate/messages.md). Empty: they are only kept and shown.",
    )

    matrix_url: str = Field(
        "", description="Travel times of a service that speaks OSRM's HTTP interface: https://host. Empty: by distance and speed."
    )
    pay: str = Field(
        "xiuhao.billing.providers.Signed", description="Class that speaks to the provider of QR payments (docs/operate/payments.md)."
    )
    pay_url: str = Field("", description="Address of the provider of QR payments. Empty: none; cash and transfers need nothing.")
    pay_merchant: str = Field("", description="Who we are at that provider.")
    pay_secret: SecretStr = Field(SecretStr(""), description="Secret that signs the messages between us and that provider.")

    log_format: Literal["console", "json"] = Field("console", description="Log lines for people (console) or machines (json).")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least severe line to log.")
    metrics_token: SecretStr = Field(
        SecretStr(""), description="Bearer token for /metrics and /healthz/deep. Empty: only loopback, without a proxy, may read them."
    )
    shared: Path = Field(
        ROOT.parent / "shared", description="Folder of shared data that tests and benches read; skipped loudly without it."
    )

    @field_validator("allowed_hosts", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [word.strip() for word in value.split(",") if word.strip()] if isinstance(value, str) else value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: list[str]) -> list[str]:
        for word in value:
            try:
                ip_network(word, strict=False)
            except ValueError:
                raise ValueError(f"{word} is no address and no network, such as 10.0.0.7 or 10.0.0.0/8") from None
        return value

    @field_validator("base_url")
    @classmethod
    def _public(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and not (parts.scheme in ("http", "https") and parts.hostname):
            raise ValueError(f"{value} is no public address, such as https://help.example.com")
        return value

    @field_validator("folder", "shared")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return (ROOT / value).resolve()

    @property
    def everywhere(self) -> bool:
        """Whether we listen on every network card."""
        return self.host in ("0.0.0.0", "::")  # noqa: S104

    @cached_property
    def address(self) -> str:
        """The public address without a trailing slash."""
        host = "127.0.0.1" if self.everywhere else self.host
        return self.base_url.rstrip("/") or f"http://{host}:{self.port}"

    @cached_property
    def hosts(self) -> list[str]:
        """The host names that we answer to."""
        return sorted({urlsplit(self.address).hostname or "", "127.0.0.1", "localhost", "[::1]", *self.allowed_hosts} - {""})

    @property
    def secure(self) -> bool:
        """Whether the public address is HTTPS."""
        return self.address.startswith("https://")

    @property
    def embedded(self) -> bool:
        """Whether the database is our own embedded one."""
        return not self.database_url


environment = Environment()
