"""The documents quote figures of the last benchmark run, and their calculations are right."""

import re

import pytest

from tests.helpers.documents import PROJECT, rows, section

RESULTS = (PROJECT / "bench" / "RESULTS.md").read_text()
UNITS = {"µs": 1e-6, "ms": 1e-3, "s": 1, "kB": 1e3, "GB": 1e9, "cores": 1, "/s": 1, "": 1}
VALUE = re.compile(r"(\d[\d ]*(?:\.\d+)?) ?(µs|ms|kB|GB|cores|/s|s|)")

QUOTED = [
    figure
    for _, *cells in rows(section("docs/speed.md", "Speed"))
    for cell in cells
    for figure in re.findall(r"\d[\d .]*\d|\d", cell)
]
LETTERS = {cells[0].strip("*"): cells for cells in rows(section("docs/a_million_readers.md", "The numbers"))}
CALCULATED = rows(section("docs/a_million_readers.md", "What follows"))


def test_this_test_finds_the_figures():
    assert len(QUOTED) > 10
    assert len(LETTERS) == 12
    assert len(CALCULATED) == 17


@pytest.mark.parametrize("figure", QUOTED)
def test_a_figure_about_speed_comes_from_the_last_run(figure):
    assert re.search(rf"(?<![\d.]){re.escape(figure)}(?![\d.])", RESULTS)


@pytest.mark.parametrize("letter", ["CD", "K", "P", "R"])
def test_a_number_in_a_calculation_comes_from_the_last_run(letter):
    figure = re.match(r"[\d.]+", LETTERS[letter][2])[0]
    assert re.search(rf"(?<![\d.]){re.escape(figure)}(?![\d.])", RESULTS)


def test_the_calculations_are_right():
    that = None
    for what, calculation, value in CALCULATED:
        that = calculated(calculation, that)
        shown, unit, digit = read(value)
        # as exact as the shown value, but at most three digits
        assert that / unit == pytest.approx(shown, abs=digit / 2 * 1.01, rel=0.005), (what, calculation, value, that)


def calculated(calculation, that):
    """Return the value of a line of the table; `that` is the value of the line above."""
    terms = calculation.replace("that", str(that))
    terms = re.sub(r"(?<=\d) (?=\d)", "", terms)  # 1 000 000
    terms = re.sub(r"(?<=\d)( s|/s)\b", "", terms)
    terms = re.sub(r"\b[A-Z]+\b", lambda found: str(letter(found[0])), terms)
    return eval(terms.replace("×", "*").replace("÷", "/"))


def letter(name):
    shown, unit, _ = read(LETTERS[name][2])
    return shown * unit


def read(text):
    """Return the number at the beginning, its unit, and the value of one step of its last digit."""
    figure, unit = VALUE.match(text).groups()
    figure = figure.replace(" ", "")
    decimals = len(figure.partition(".")[2])
    return float(figure), UNITS[unit], 10**-decimals
