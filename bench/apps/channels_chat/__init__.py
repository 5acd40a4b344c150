"""The same chat on Django Channels: each reader has a WebSocket, and Redis connects the processes."""
