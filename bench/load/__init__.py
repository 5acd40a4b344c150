"""The load: readers with thousands of open streams, and posters. Each is one process, and can also be run by hand."""
