from django.http import JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django_eventstream import get_current_event_id, send_event

from bench.apps.rooms.models import latest, save


@csrf_exempt
def messages(request, room):
    return _post(request, room) if request.method == "POST" else _list(room)


def page(request, room):
    last_id = get_current_event_id([f"room-{room}"])
    shown = [message.to_data() for message in reversed(latest(room))]
    context = {"room": room, "user": request.GET.get("user"), "messages": shown, "last_id": last_id}
    return render(request, "ancestor/room.html", context)


def _list(room):
    last_id = get_current_event_id([f"room-{room}"])
    shown = [message.to_data() for message in latest(room)]
    return JsonResponse({"messages": shown, "last-event-id": last_id})


def _post(request, room):
    def publish(message):
        send_event(f"room-{room}", "message", message.to_data())

    message = save(room, request.POST["from"], request.POST["text"], publish)
    return JsonResponse(message.to_data())
