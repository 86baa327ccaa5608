"""The clock's ticks. APScheduler is the clock that ticks, and holds no state."""
