"""Less to send: a template's indentation is for those who read the template."""

import re

from django import template
from django.template.base import Node, NodeList, Parser, TextNode, Token

register = template.Library()

INDENTATION = re.compile(r"\n\s+")


class Unindented(Node):
    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist
        for text in nodelist.get_nodes_by_type(TextNode):
            text.s = INDENTATION.sub("\n", text.s)  # type: ignore[attr-defined]

    def render(self, context: template.Context) -> str:
        return self.nodelist.render(context)


@register.tag
def unindented(parser: Parser, token: Token) -> Unindented:
    """Leave out the template's indentation and empty lines up to endunindented, but nothing of what is filled in."""
    nodes = parser.parse(("endunindented",))
    parser.delete_first_token()
    return Unindented(nodes)
