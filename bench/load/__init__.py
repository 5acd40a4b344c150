"""The load: readers that hold thousands of streams open, and posters. Each is one process; both can be used by hand."""
