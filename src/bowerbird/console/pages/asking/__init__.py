"""What the pages of questions share: `QuestionPage`, the pickers of its form, and the builder of conditions."""

from bowerbird.console.pages.asking.behind import Number, show_people
from bowerbird.console.pages.asking.breakdown import breakdown, groups_limit
from bowerbird.console.pages.asking.conditions import conditions, conditions_on_people
from bowerbird.console.pages.asking.groups import breakdown_group, filters_group, group, pair
from bowerbird.console.pages.asking.known import Known, title
from bowerbird.console.pages.asking.pickers import (
    NOT_CHOSEN,
    choice,
    event_names,
    event_picker,
    field_picker,
    number,
    number_picker,
    segment_picker,
    text,
    trait_picker,
)
from bowerbird.console.pages.asking.question import QuestionPage
from bowerbird.console.pages.asking.ranges import optional_range, range_picker
from bowerbird.console.pages.asking.steps import Steps, open_note, steps
from bowerbird.console.pages.asking.view import Mode, Table, View, group_name

__all__ = [
    "NOT_CHOSEN",
    "Known",
    "Mode",
    "Number",
    "QuestionPage",
    "Steps",
    "Table",
    "View",
    "breakdown",
    "breakdown_group",
    "choice",
    "conditions",
    "conditions_on_people",
    "event_names",
    "event_picker",
    "field_picker",
    "filters_group",
    "group",
    "group_name",
    "groups_limit",
    "number",
    "number_picker",
    "open_note",
    "optional_range",
    "pair",
    "range_picker",
    "segment_picker",
    "show_people",
    "steps",
    "text",
    "title",
    "trait_picker",
]
