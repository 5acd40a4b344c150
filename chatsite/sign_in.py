"""Where people sign in and out, if the policy knows Django's users. chat/web/login.py limits how often they may try."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from chat.policy import SiteUsers
from chat.policy.asking import policy


def knows_users() -> bool:
    try:
        return isinstance(policy(), SiteUsers)
    except Exception:  # a module of the site's own; the system check chat.E010 says what is wrong
        return False


urlpatterns = []
if knows_users():
    urlpatterns += [
        path("-/login/", LoginView.as_view(template_name="chat/sign_in.html"), name="sign-in"),
        path("-/logout/", LogoutView.as_view(), name="sign-out"),
    ]
