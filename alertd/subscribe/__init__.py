"""WHO is warned: people, their endpoints and places, from a list, a key's request or a visit to being reached."""
