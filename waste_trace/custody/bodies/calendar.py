"""Time passes in the ledger too, or a rebuild would find other deadlines missed."""

from waste_trace.custody.bodies.fields import Body, DayText


class ReviewBody(Body):
    """巡查: the calendar says that this day (Asia/Shanghai) has come; deadlines are looked at."""

    day: DayText
