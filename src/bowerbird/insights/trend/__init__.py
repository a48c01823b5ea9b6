"""Events, persons and numbers over time."""

from bowerbird.insights.question import Kind
from bowerbird.insights.trend.answer import answer
from bowerbird.insights.trend.question import TrendQuestion

KIND = Kind(TrendQuestion, answer)
