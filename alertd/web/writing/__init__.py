"""The form of an alert: as it is typed, as it is shown, and how it will read."""
