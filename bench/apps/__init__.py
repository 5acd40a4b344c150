"""Two other chats for Django, only for the benchmark: the ancestor of this chat, and one with Django Channels."""
