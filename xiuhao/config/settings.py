"""Django's settings. What an operator may change comes from `environment`; everything else is decided here."""

from __future__ import annotations

from urllib.parse import urlsplit

from xiuhao.config import channels, database, enterprise, logs, mail
from xiuhao.config.environment import environment
from xiuhao.config.keys import data_keys, index_key, text_key
from xiuhao.config.ladder import APPS
from xiuhao.kernel.words import _

SECRET_KEY = text_key(environment.folder, "secret_key", environment.secret_key.get_secret_value())
XIUHAO_DATA_KEYS = data_keys(environment.folder, environment.data_keys.get_secret_value())
XIUHAO_INDEX_KEY = index_key(environment.folder, environment.index_key.get_secret_value())
XIUHAO_TRUSTED_PROXIES = environment.trusted_proxies
DEBUG = environment.debug
BASE_URL = environment.address
ALLOWED_HOSTS = environment.hosts
CSRF_TRUSTED_ORIGINS = [environment.address]
SHARED = environment.shared
ROOT_URLCONF = "xiuhao.config.urls"

INSTALLED_APPS = [
    "xiuhao.config",  # first: its `migrate` stands before Django's
    *APPS,
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    *enterprise.APPS,
    "procrastinate.contrib.django",
    "ninja",
]
MIDDLEWARE = [
    "xiuhao.config.middleware.TrueAddress",
    "xiuhao.config.middleware.Observed",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "xiuhao.config.middleware.ContentPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "xiuhao.kernel.accounts.ActorMiddleware",
    "xiuhao.config.middleware.OwnLanguage",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "xiuhao.ui.errors.Spoken",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "xiuhao.ui.context.frame",
            ],
        },
    }
]

# Data
DATABASES = {"default": database.settings(environment)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {  # shared by all processes: rate limits count everywhere
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache_entry",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    }
}
XIUHAO_FILES = environment.folder / "files"

# Language and time
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("中文")), ("en", _("英语"))]
USE_I18N = USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# Static files: plain names while developing and testing; `web` serves the hashed copy that `up` collects.
STATIC_URL = "/static/"
STATIC_ROOT = environment.folder / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
if environment.hashed_static:
    STORAGES["staticfiles"]["BACKEND"] = "xiuhao.config.static.HashedStatic"
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not environment.hashed_static

# Requests
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2**20
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if environment.secure else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")  # TrueAddress drops it unless a trusted proxy sent it
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "xiuhao.ui.errors.csrf"
CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = environment.secure
if environment.secure:  # such a cookie cannot be set by a neighbour host
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_SAVE_EVERY_REQUEST = False

# Who may log in: staff are invited, nobody signs up.
AUTH_USER_MODEL = "kernel.Account"
AUTHENTICATION_BACKENDS = ["xiuhao.kernel.login.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "xiuhao.kernel.login.Door"
# Failures of the first factor are counted by the adapter; of the second by allauth, a key is one account.
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": "10/5m/key"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = "login"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_SESSION_REMEMBER = False
ALLAUTH_TRUSTED_PROXY_COUNT = 0  # TrueAddress has already put the client's address in REMOTE_ADDR
MFA_ADAPTER = "xiuhao.kernel.login.SecondFactor"
MFA_FORMS = {"add_webauthn": "xiuhao.config.accounts.AddPasskey", "edit_webauthn": "xiuhao.config.accounts.RenamePasskey"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "修好 Xiuhao"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not environment.secure

vars().update(enterprise.settings(environment))

# Ways out: who carries what. A channel without a provider keeps its messages for the outbox page.
_MAIL = environment.mail_url.get_secret_value()
vars().update(mail.settings(_MAIL))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = environment.mail_from or f"noreply@{urlsplit(environment.address).hostname}"
XIUHAO_PAY = {
    "class": environment.pay, "url": environment.pay_url, "merchant": environment.pay_merchant,
    "secret": environment.pay_secret.get_secret_value(),
}  # fmt: skip
XIUHAO_CHANNELS = channels.settings(_MAIL, environment.sms)
XIUHAO_MATRIX_URL = environment.matrix_url

# Work that takes long
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

LOGGING_CONFIG = None
logs.configure(environment.log_format, environment.log_level)
