"""The watch over a running instance: what stops an alert is told to those who keep it, by a way that still works."""
