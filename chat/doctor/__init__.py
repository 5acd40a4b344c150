"""manage.py doctor: looks at settings, database, proxies and the way of a message, and names what is wrong."""
