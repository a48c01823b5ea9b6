"""A funnel's page: the people of a step, and of the drop-off before it."""

from typing import Any

from nicegui.events import EChartPointClickEventArguments

from bowerbird.console.pages import parts
from bowerbird.console.pages.asking import Number, QuestionPage, show_people
from bowerbird.console.pages.funnels import shown
from bowerbird.insights.base import Answer
from bowerbird.insights.funnel.answer import Counted, Funnel
from bowerbird.insights.funnel.question import FEWEST_STEPS


class FunnelPage(QuestionPage):
    def ask(self) -> None:
        """As soon as there are enough steps."""
        if len(self.document.get("steps", [])) >= FEWEST_STEPS:
            super().ask()

    def show(self, answer: Answer) -> None:
        chart = shown.show(answer, self.mode)
        if self.mode != shown.TIME:
            steps = shown.steps_of(answer)
            if chart is not None:
                chart.on_point_click(lambda event: self._clicked(answer, event))
            parts.note("Open a step for the people who reached it, and for those who did not.")
            shown.show_steps(answer, lambda row: self._open(answer, *steps[row]))

    def _clicked(self, answer: Answer, event: EChartPointClickEventArguments) -> None:
        funnel: Funnel = answer.result
        bars = [funnel.everybody] if not funnel.groups else funnel.groups
        series, dropped = divmod(event.series_index, 1 if funnel.groups else 2)
        self._open(answer, bars[series], event.data_index, bool(dropped))

    def _open(self, answer: Answer, counted: Counted, step: int, dropped: bool = False) -> None:
        """People of a step, counted from 0."""
        which: dict[str, Any] = {"step": step + 1} | _group(counted)
        numbers = [Number("Reached it", which)]
        if step:
            numbers.append(Number("Dropped off before it", which | {"dropped": True}))
        name = shown.name_of(counted, answer)
        title = f"{step + 1}. {counted.steps[step].label}"
        show_people(self, f"{title}, {name}" if name else title, numbers, int(dropped))


def _group(counted: Counted) -> dict[str, Any]:
    if counted.other:
        return {"other": True}
    return {"group": counted.group} if counted.group else {}
