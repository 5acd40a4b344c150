"""bin/run: starts Pushpin and the web server, and keeps both running until somebody stops it.

This process only watches the others. It never sets Django up, so it stays small and starts fast. Only worker.py and
prepare.py run elsewhere: in the web server, and in the process that prepares it.
"""
