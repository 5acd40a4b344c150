import json

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.http import JsonResponse
from django.views.decorators.csrf import csrf_exempt

from bench.apps.rooms.models import latest, save

from .consumers import group_of


@csrf_exempt
def messages(request, room):
    return _post(request, room) if request.method == "POST" else _list(room)


def _list(room):
    return JsonResponse({"messages": [message.to_data() for message in latest(room)]})


def _post(request, room):
    def publish(message):
        event = {"type": "chat.message", "text": json.dumps(message.to_data(), cls=DjangoJSONEncoder)}
        transaction.on_commit(lambda: async_to_sync(get_channel_layer().group_send)(group_of(room), event))

    message = save(room, request.POST["from"], request.POST["text"], publish)
    return JsonResponse(message.to_data())
