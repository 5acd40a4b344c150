from channels.generic.websocket import AsyncWebsocketConsumer


class Reader(AsyncWebsocketConsumer):
    async def connect(self):
        self.group = group_of(self.scope["url_route"]["kwargs"]["room"])
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()

    async def disconnect(self, code):
        await self.channel_layer.group_discard(self.group, self.channel_name)

    async def chat_message(self, event):
        await self.send(text_data=event["text"])


def group_of(room):
    """Return the name of the room's group; only a few kinds of characters are allowed in it."""
    return f"room-{room.encode().hex()}"
