"""What is said: an event's words in a reader's language, before any channel adapts them."""
