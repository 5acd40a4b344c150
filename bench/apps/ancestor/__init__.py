"""The chat that comes with django-eventstream as an example, rewritten: what this chat has grown from."""
