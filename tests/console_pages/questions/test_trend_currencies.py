"""Which currencies a trend puts together."""

from bowerbird.console.pages.trends.currencies import currencies_asked, listed, mixed_currencies
from bowerbird.insights.question import parse
from bowerbird.insights.trend.answer import Line, Trend
from bowerbird.insights.trend.question import TrendQuestion


def line(currency: str, label: str = "A") -> Line:
    return Line(label=label, group=[currency], other=False, total=1, values=[1], previous=None)


def trend(*lines: Line) -> Trend:
    return Trend(unit="month", buckets=["2026-11-01"], previous_buckets=None, lines=list(lines))


def test_only_money_is_asked_for_its_currencies() -> None:
    assert currencies_asked(parse(TrendQuestion, {"series": [{"measure": "persons"}]})) is None
    assert currencies_asked(parse(TrendQuestion, {"series": [{"measure": "sum", "of": "property:n"}]})) is None
    money = {"event": "buy", "measure": "average", "where": {"field": "property:plan", "value": "pro"}}
    assert currencies_asked(parse(TrendQuestion, {"series": [money], "breakdown": ["currency"]})) is None
    asked = currencies_asked(parse(TrendQuestion, {"series": [{}, money], "compare": "previous", "formula": "A / B"}))
    assert asked is not None
    assert (asked.breakdown, asked.compare, asked.formula) == (("currency",), None, None)
    [series] = asked.series
    assert (series.event, series.measure) == ("buy", "events")
    assert series.where is not None
    assert series.where.all is not None
    assert len(series.where.all) == 2


def test_currencies_are_mixed_in_one_series_or_in_a_formula() -> None:
    apart = trend(line("EUR"), line("USD", "B"))
    assert mixed_currencies(apart, formula=False) == []
    assert mixed_currencies(apart, formula=True) == ["EUR", "USD"]
    assert mixed_currencies(trend(line("USD", "B"), line("GBP", "B")), formula=False) == ["GBP", "USD"]
    assert listed(["EUR", "GBP", "USD"]) == "EUR, GBP and USD"
    assert listed(list("ABCDEFG")) == "A, B, C, D, E and 2 more"
