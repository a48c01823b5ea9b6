"""Revenue, orders and buyers by currency, and the lifetime value of cohorts."""

from bowerbird.insights.question import Kind
from bowerbird.insights.revenue.answer import answer
from bowerbird.insights.revenue.question import RevenueQuestion

KIND = Kind(RevenueQuestion, answer)
