"""A template without its indentation."""

from django.template import Context, Engine

ENGINE = Engine(libraries={"chat_weight": "chat.templatetags.chat_weight"})


def rendered(template, **values):
    template = f"{{% load chat_weight %}}{{% unindented %}}{template}{{% endunindented %}}"
    return ENGINE.from_string(template).render(Context(values))


def test_the_templates_own_indentation_and_empty_lines_are_left_out():
    assert rendered("<ul>\n  <li>\n\n    a b</li>\n</ul>") == "<ul>\n<li>\na b</li>\n</ul>"


def test_it_is_left_out_inside_of_other_tags_too():
    assert rendered("{% if yes %}\n  {% block b %}\n    a{% endblock %}{% endif %}", yes=True) == "\n\na"


def test_what_is_filled_in_stays_as_it_is():
    assert rendered("<pre>{{ text }}</pre>", text="a\n    b\n\n c") == "<pre>a\n    b\n\n c</pre>"
