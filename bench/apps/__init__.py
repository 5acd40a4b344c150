"""The chats, written for Django, that others would build: for the benchmark only."""
