"""A black-box test of one promise: no message is ever lost, doubled, reordered or invented.

It starts the real chat, lets readers and posters with bad connections use it, breaks one part after the other, and
compares in the end what was acknowledged, what is stored, and what each reader was shown.
"""
