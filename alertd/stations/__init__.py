"""WHO may act: stations, operators and their roles, API keys, sessions, throttles, the audit."""
