"""Retention's page: one group's table at a time, and the people of a cell."""

from nicegui import ui

from bowerbird.console.pages.asking import Number, QuestionPage, show_people
from bowerbird.console.pages.retention import shown
from bowerbird.insights.base import Answer
from bowerbird.insights.retention.answer import Counted, Retention


class RetentionPage(QuestionPage):
    def show(self, answer: Answer) -> None:
        if self.mode == shown.CURVE:
            super().show(answer)
            return
        shown.show_curve(answer)
        retention: Retention = answer.result
        counted = [retention.everybody, *retention.groups]
        if retention.groups:
            names = {at: shown.name_of(each, answer) for at, each in enumerate(counted)}
            choice = ui.select(names, label="Group", value=0, on_change=lambda event: table(counted[event.value]))
            choice.props("outlined dense options-dense").classes("pick group-choice")
        place = ui.element("div").classes("place")

        def table(chosen: Counted) -> None:
            place.clear()
            with place:
                shown.show_table(answer, chosen, lambda row, column: self._open(answer, chosen, row, column))

        table(counted[0])

    def _open(self, answer: Answer, counted: Counted, row: int, period: int) -> None:
        cohort = counted.cohorts[row]
        if period >= len(cohort.cells) or cohort.cells[period] is None:
            return
        which = {"cohort": cohort.start, "period": period}
        if counted.other:
            which["other"] = True
        elif counted.group:
            which["group"] = counted.group
        title = f"Cohort of {cohort.start}, {shown.period_name(answer, period)}"
        name = f", {shown.name_of(counted, answer)}" if answer.result.groups else ""
        numbers = [Number("Came back", which), Number("Did not come back", which | {"returned": False})]
        show_people(self, f"{title}{name}", numbers)
