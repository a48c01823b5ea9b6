"""Who comes back, by how many days, weeks or months later."""

from bowerbird.insights.question import Kind
from bowerbird.insights.retention.answer import answer
from bowerbird.insights.retention.question import RetentionQuestion

KIND = Kind(RetentionQuestion, answer)
