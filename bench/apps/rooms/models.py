from django.db import models, transaction

PAGE_SIZE = 50  # messages


class ChatRoom(models.Model):
    eid = models.CharField(max_length=64, unique=True)

    def __str__(self):
        return self.eid


class ChatMessage(models.Model):
    room = models.ForeignKey(ChatRoom, models.CASCADE)
    user = models.CharField(max_length=64)
    date = models.DateTimeField(auto_now_add=True, db_index=True)
    text = models.TextField()

    def __str__(self):
        return f"{self.user}: {self.text[:60]}"

    def to_data(self):
        return {"id": self.id, "from": self.user, "date": self.date, "text": self.text}


def save(eid, sender, text, publish):
    """Save a message, call publish(message) in the same transaction, and return the message."""
    room, _ = ChatRoom.objects.get_or_create(eid=eid)
    with transaction.atomic():
        message = ChatMessage.objects.create(room=room, user=sender, text=text)
        publish(message)
    return message


def latest(eid):
    """Return the last messages of a room, newest first."""
    room = ChatRoom.objects.filter(eid=eid).first()
    return list(ChatMessage.objects.filter(room=room).order_by("-date")[:PAGE_SIZE]) if room else []
