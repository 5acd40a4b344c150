"""The admin's page of the people who may log in there."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.http import HttpRequest

EXAMPLES = 20

admin.site.unregister(User)


class ShortLists:
    """Names only the first of the related objects that a deletion takes with it."""

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple:
        objects, *others = super().get_deleted_objects(objs, request)  # type: ignore[misc]
        return (_shortened(objects), *others)


def _shortened(objects: list) -> list:
    first = [_shortened(one) if isinstance(one, list) else one for one in objects[:EXAMPLES]]
    return [*first, "…"] if len(objects) > EXAMPLES else first


@admin.register(User)
class Admins(ShortLists, UserAdmin):
    """Django's page, but whoever deletes an admin need not read all that this one ever deleted."""
