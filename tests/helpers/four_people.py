"""Four people who do something at once, again and again, until the test has seen enough."""

import threading


class FourPeople:
    """Each does `act(name)` over and over while in `with`."""

    def __init__(self):
        self.over = threading.Event()
        self._people = [threading.Thread(target=self._live, args=(name,)) for name in ("Alice", "Bob", "Carol", "Dan")]

    def __enter__(self):
        for person in self._people:
            person.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for person in self._people:
            person.join()

    def _live(self, name):
        while not self.over.is_set():
            self.act(name)
