"""Later, again and again: rules in local wall time, and the clock that ticks. APScheduler is that clock, and holds no state.

rules        rule, recurrence, leap, stamps: RFC 5545 as it is typed, unfolded into instants; pure
quiet days   holidays, closed
schedules    plans, fitting, saving, renewing, agreeing: what may be said later, kept and agreed to
             following, restoring, texts, agenda: changed for one date or for all of them
firing       ticks, firing, reporting: what is due becomes an alert, or is skipped and said to be
"""
