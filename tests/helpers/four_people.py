"""Four threads that do the same thing again and again until the test ends them."""

import threading


class FourPeople:
    """Inside `with`, each of the four people calls `act(name)` in a loop, in a thread of their own."""

    def __init__(self):
        self.stopped = threading.Event()
        self._people = [threading.Thread(target=self._live, args=(name,)) for name in ("Alice", "Bob", "Carol", "Dan")]

    def __enter__(self):
        for person in self._people:
            person.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        for person in self._people:
            person.join()

    def _live(self, name):
        while not self.stopped.is_set():
            self.act(name)
