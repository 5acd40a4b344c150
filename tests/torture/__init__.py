"""A black-box test of one promise: the chat never loses, doubles, reorders or invents a message.

It starts the real chat, lets readers and posters with bad connections use it, and breaks one part after the other. At
the end it compares three things: the acknowledged messages, the stored messages, and the messages that each reader saw.
"""
