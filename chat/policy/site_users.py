"""The policy of a site whose people sign in with Django's own users."""

from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model, load_backend
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from chat.conf import conf

from .open import NotSignedIn, Open

KEPT = "chat.policy.user"


class SiteUsers(Open):
    """Everybody who is signed in may read and write in every room, under the user's name; see user_of.

    A subclass says more about rooms.
    """

    def name_of(self, request: HttpRequest) -> str | None:
        return self.user_of(request).get_username()

    def may_read(self, request: HttpRequest, room: str) -> bool:
        return self.user_of(request) is not None

    def may_moderate(self, request: HttpRequest, room: str) -> bool:
        has_perm = getattr(self.user_of(request), "has_perm", None)  # a user model may do without permissions
        return self.may_read(request, room) and has_perm is not None and has_perm("chat.moderate")

    def account_of(self, request: HttpRequest) -> Any:
        return self.user_of(request).pk

    def sign_in_url(self, request: HttpRequest) -> str | None:
        return redirect_to_login(request.get_full_path(), resolve_url(settings.LOGIN_URL)).url

    def sign_out_url(self, request: HttpRequest) -> str | None:
        return conf.sign_out_url and resolve_url(conf.sign_out_url)

    def user_of(self, request: HttpRequest) -> Any:
        """Return the user who is signed in, as the database has them now; raise NotSignedIn.

        request.user may be older than this question. So this reads the session and the user once for each request, and
        changes neither.
        """
        if KEPT not in request.META:
            request.META[KEPT] = _user_now(request)
        if request.META[KEPT] is None:
            raise NotSignedIn(_("You are not signed in. Sign in and try again."))
        return request.META[KEPT]


def _user_now(request: HttpRequest) -> AbstractBaseUser | None:
    """Return the session's user, None if there is none. Django's get_user would change an old session."""
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if not key:
        return None
    session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    path = session.get(BACKEND_SESSION_KEY)
    if path not in settings.AUTHENTICATION_BACKENDS:
        return None
    try:
        user = load_backend(path).get_user(get_user_model()._meta.pk.to_python(session.get(SESSION_KEY)))
    except ValidationError:  # the session is from before another user model
        return None
    is_known = user is not None and user.is_active and _is_of_password(session.get(HASH_SESSION_KEY), user)
    return user if is_known else None


def _is_of_password(found: Any, user: AbstractBaseUser) -> bool:
    """Return whether the session began with the user's password of today: a new one ends all sessions."""
    if not hasattr(user, "get_session_auth_hash"):
        return True
    hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return bool(found) and any(constant_time_compare(found, one) for one in hashes)
