"""What bin/run runs: starts Pushpin and the web server, and keeps both running until it is stopped.

No Django here: this process only watches the others, so it stays small and starts at once.
"""
