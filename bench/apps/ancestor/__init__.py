"""The ancestor of this chat: the example of django-eventstream, written again."""
