"""Django's settings. env.py reads the values that differ between machines."""

from django.core.exceptions import ImproperlyConfigured

from chat.grip.config import Proxy, grip_proxies
from chat.origins import EVERY_SITE

from . import database, env, metrics_folder, secret
from .data_dir import make_data_dir
from .serve import instance

try:
    ENV = env.read()
    make_data_dir(ENV.data_dir)
    metrics_folder.make()
except env.EnvironmentProblem as problem:
    raise ImproperlyConfigured(str(problem)) from None

BASE_DIR = env.PROJECT_DIR
DATA_DIR = ENV.data_dir

SECRET_KEY = ENV.secret_key or secret.kept_key(DATA_DIR)
CHAT_DATA_DIR = DATA_DIR
CHAT_SECRET_KEY_FILE = None if ENV.secret_key else DATA_DIR / secret.FILE
DEBUG = ENV.debug
ALLOWED_HOSTS = list(ENV.allowed_hosts)

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "corsheaders",
    "django_eventstream",
    "chat",
]

MIDDLEWARE = [
    "chatsite.middleware.ForAnswers",  # first: it turns our answer into instructions for the proxy
    "corsheaders.middleware.CorsMiddleware",  # second: each refusal has its headers too, whoever answers
    "chat.web.middleware.CookiesByScheme",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.common.CommonMiddleware",  # Content-Length
    "chatsite.middleware.ForRequests",
    "chatsite.middleware.OpenStreams",  # where everybody may read, streams need nothing of what follows
    "chat.web.middleware.RefusalsAndOutages",
    "chat.web.middleware.PausedAdmin",
    # The rest is for the admin, and for a policy that knows Django's users. The chat itself needs no session.
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]

# Our proxies, by their addresses. TrustedProxies drops the header X-Forwarded-Proto of everybody else.
CHAT_TRUSTED_PROXIES = ENV.trusted_proxies
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# CookiesByScheme takes these two back in an answer over http.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True

CSRF_FAILURE_VIEW = "chat.web.refusals.csrf_failure"

SECURE_HSTS_SECONDS = ENV.hsts_seconds

# What `manage.py check --deploy` would say here, and why it does not apply.
SILENCED_SYSTEM_CHECKS = [
    "security.W002",  # X-Frame-Options: ContentSecurityPolicy forbids all frames, in every answer
    "security.W004",  # no HSTS: the operator decides, by HSTS_SECONDS, because browsers can't be told to forget it
    "security.W005",  # HSTS for all subdomains: they are other sites, and we do not know whether they have https
    "security.W008",  # the redirect to https: the proxy in front does it. Pushpin and bin/run ask us by http
    "security.W021",  # HSTS in the browsers' own lists: that is for good, and it includes all subdomains
]

CHAT_SOURCE_DAYS = ENV.source_days
CHAT_KEEP_MESSAGES = ENV.keep_messages  # days, or None

# Who may read, write and moderate: docs/policies.md.
CHAT_POLICY = ENV.policy
CHAT_TOKEN_KEYS = ENV.token_keys
CHAT_TOKEN_AUDIENCE = ENV.token_audience
CHAT_TOKEN_COOKIE = ENV.token_cookie
CHAT_SIGN_IN_URL = ENV.sign_in_url
# The pages of chatsite/sign_in.py.
LOGIN_URL = LOGOUT_REDIRECT_URL = "/-/login/"
LOGIN_REDIRECT_URL = "/"
CHAT_SIGN_OUT_URL = "/-/logout/"

# chat/limits.py says how much one source may do. CHAT_LIMITS_FREE names addresses without limits.
CHAT_LIMITS = ENV.limits
CHAT_LIMITS_FREE = ENV.limits_free

# Which other sites' pages may list, post and stream. They come without cookies, and to these addresses only.
CHAT_ORIGINS = ENV.origins
CORS_ALLOW_ALL_ORIGINS = CHAT_ORIGINS == (EVERY_SITE,)
CORS_ALLOWED_ORIGINS = () if CORS_ALLOW_ALL_ORIGINS else CHAT_ORIGINS
CORS_URLS_REGEX = "^/(rooms|events)/"
CORS_ALLOW_METHODS = ("GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS")
CORS_ALLOW_HEADERS = ("Content-Type", "Idempotency-Key", "Last-Event-ID", "Authorization", "Author-Key")
CORS_EXPOSE_HEADERS = ("ETag", "Retry-After", "Event-Id")
CORS_PREFLIGHT_MAX_AGE = 7200  # seconds: as long as Chromium remembers it at most

CHAT_SITE_NAME = ENV.site_name

ADMIN = ENV.admin  # whether chatsite/urls.py has /admin/
AUTHENTICATION_BACKENDS = ["chat.web.login.LimitedLogin"]

APPEND_SLASH = False  # /events is a room, /events/ a stream

ROOT_URLCONF = "chatsite.urls"
WSGI_APPLICATION = "chatsite.wsgi.application"
ASGI_APPLICATION = "chatsite.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASES = {"default": database.from_url(ENV.database_url, DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Each process caches the newest pages of up to 500 rooms. A page has at most about 120 kB.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 500}}}

# The GRIP proxies that hold the streams. Name them in GRIP_URL, or here, as django-grip documents it:
# {"control_uri": "...", "control_iss": "...", "key": b64decode("...")}.
GRIP_PROXIES: list[Proxy] = []
GRIP_PROXIES = grip_proxies(GRIP_PROXIES, ENV.grip_url, ENV.grip_verify_key)
CHAT_MAINTENANCE = False  # deploy/gunicorn.conf.py starts it in each worker
CHAT_SHARES_LOG = True  # the event log is in django-eventstream's tables, as it was in 1.0.0

# The answer to a larger body is 413. A message of 8 000 emoji has 96 kB as a form.
DATA_UPLOAD_MAX_MEMORY_SIZE = 128 * 1024

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
FILE_UPLOAD_PERMISSIONS = 0o600  # of the collected files too, which only we serve. Django would let others read them
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "chat.pages.static_storage.StaticFiles"},
}

CHAT_PULSE_FILE = DATA_DIR / "pulse.json"  # what bin/run sees of its Pushpin (chatsite/serve/pulse.py)
CHAT_LATE_PROXY_FILE = DATA_DIR / "late_proxy.txt"  # that a proxy's clock is wrong, for all our processes

# Where manage.py doctor finds the running chat: its URL, and the configuration of its Pushpin.
CHAT_RUN_LOCK = DATA_DIR / instance.LOCK
CHAT_PUSHPIN_CONFIG = instance.path_for(DATA_DIR) / "pushpin.conf"

LANGUAGE_CODE = "en"
LANGUAGES = [  # the name of each in itself; CONTRIBUTING.md says how to add one
    ("ar", "العربية"),
    ("de", "Deutsch"),
    ("en", "English"),
    ("es", "Español"),
    ("fr", "Français"),
]
LOCALE_PATHS = [BASE_DIR / "chat" / "locale"]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 86_400
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = "UTC"
USE_TZ = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "request_id": {"()": "chat.web.request_ids.AddRequestId"},
        "no_refusals": {
            "()": "django.utils.log.CallbackFilter",
            "callback": lambda record: getattr(record, "status_code", None) not in (501, 503),
        },
    },
    "formatters": {
        "text": {"format": "{asctime} {levelname} {name} [{request_id}]: {message}", "style": "{"},
        "json": {"()": "chatsite.json_lines.JsonLines"},
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": ENV.log_format, "filters": ["request_id"]},
    },
    "root": {"handlers": ["stderr"], "level": ENV.log_level},
    "loggers": {
        "django": {"handlers": [], "level": ENV.log_level, "propagate": True},
        # 4xx answers are not logged, so that strangers can't fill the terminal. Nor are refused streams (501) and
        # outages (503): chat/web/outages.py logs each outage once.
        "django.request": {
            "level": "ERROR" if ENV.log_level == "WARNING" else ENV.log_level,
            "filters": ["no_refusals"],
        },
        "chat.access": {"level": "INFO" if ENV.access_log else "CRITICAL"},  # chatsite/request_log.py
        "psycopg.pool": {"level": "ERROR"},  # it would log every attempt to connect during an outage
        "django.security.DisallowedHost": {"handlers": [], "level": "CRITICAL"},
        "django.security.csrf": {"handlers": [], "level": "CRITICAL"},
    },
}
