"""The names by which chats on one database see whether they have the same GRIP proxies."""

from chatsite.serve.neighbours import name

ONE, OTHER = "http://10.0.0.21:5561?key=secret-of-one", "http://10.0.0.22:5561?key=secret-of-another"


def test_the_same_proxies_have_the_same_name_in_any_order():
    assert name(f"{ONE} {OTHER}") == name(f"{OTHER}  {ONE}") == name(f" {OTHER} {ONE} ")


def test_other_proxies_have_another_name():
    assert len({name(ONE), name(OTHER), name(f"{ONE} {OTHER}")}) == 3


def test_chats_without_proxies_do_not_hear_each_other_either():
    assert len({name(None), name(None), name(" ")}) == 3
