"""The same chat as people build it on Django Channels: a WebSocket for each reader, and Redis between the processes."""
