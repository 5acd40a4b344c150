"""Two people, an open room and a private one, under each of the policies that know people."""

import time

import jwt
from django.contrib.auth.models import Group, Permission, User
from django.test import Client

from chat.messages.actions import say
from chat.policy import SiteUsers

SECRET = "s" * 32
KEYS = {"now": {"alg": "HS256", "key": SECRET}}
OPEN, PRIVATE = "lobby", "attic"
MEMBERS = "members"
TEXT = "Nobody else may see this"
FORM = "application/x-www-form-urlencoded"


class MembersOnly(SiteUsers):
    """The attic is for members."""

    def may_read(self, request, room):
        user = self.user_of(request)
        return room != PRIVATE or user.groups.filter(name=MEMBERS).exists()


def token(key=SECRET, alg="HS256", kid="now", exp=60, **claims):
    """Return a token that ends in `exp` seconds (None: it has no end); what is None is left out."""
    claims = {"exp": exp and int(time.time()) + exp, **claims}
    headers = {"kid": kid} if kid else {}
    return jwt.encode({name: one for name, one in claims.items() if one is not None}, key, alg, headers=headers)


def token_of(name, *rooms, **claims):
    return token(sub=name, name=name, **{"read": rooms, "write": rooms, "moderate": rooms, **claims})


def bearer(found, **more):
    """Return a client that sends this token."""
    return Client(headers={"Authorization": f"Bearer {found}", **more}, raise_request_exception=False)


def signed_in(user, **more):
    client = Client(raise_request_exception=False, **more)
    client.force_login(user)
    return client


def with_site_users(settings):
    """Return the clients of Alice, who may use both rooms, and of Bob, who may use the open one. Both moderate."""
    settings.CHAT_POLICY = "tests.policy.people.MembersOnly"
    people = [User.objects.create_user(name) for name in ("Alice", "Bob")]
    for user in people:
        user.user_permissions.add(Permission.objects.get(codename="moderate"))
    people[0].groups.add(Group.objects.create(name=MEMBERS))
    return [signed_in(user) for user in people]


def with_signed_tokens(settings):
    settings.CHAT_POLICY = "chat.policy.SignedTokens"
    settings.CHAT_TOKEN_KEYS = KEYS
    settings.CHAT_SIGN_IN_URL = "https://example.com/login"
    return [bearer(token_of("Alice", OPEN, PRIVATE)), bearer(token_of("Bob", OPEN))]


POLICIES = {"site users": with_site_users, "signed tokens": with_signed_tokens}


def furnish():
    """Let Alice write in both rooms; return the id of her message in the private one."""
    say(OPEN, "Alice", "hello all")
    return say(PRIVATE, "Alice", TEXT, "k1").pk
