"""How many persons go through steps, how fast, and where they stop."""

from bowerbird.insights.funnel.answer import answer
from bowerbird.insights.funnel.question import FunnelQuestion
from bowerbird.insights.question import Kind

KIND = Kind(FunnelQuestion, answer)
