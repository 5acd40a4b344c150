"""Attacks the real chat while honest people talk, and checks that they notice nothing.

The attack comes from few addresses, 100 requests a second in all. Then a moderator removes what one attacker wrote.
"""
